"""Files: what is accepted, what it really is, and where it lies (named by its SHA-256)."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

import puremagic
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from identity.errors import DomainError

ACCEPTED = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}
_SAME = {".jpeg": ".jpg", ".jfif": ".jpg"}
MAX_PIXELS = 50_000_000


class PaperRefused(DomainError):
    """The file cannot be taken; the message says why and what to do instead."""

    code = "paper_refused"


@dataclass(frozen=True)
class Paper:
    name: str
    media_type: str
    content: bytes
    sha256: str


def check(*, name: str, content: bytes) -> Paper:
    """Look at the content, never at the claimed type. Raises PaperRefused, one message for each cause."""
    shown = _shown(name)
    if not content:
        raise PaperRefused(_("Tệp «%(name)s» rỗng. Hãy chọn lại tệp có nội dung.") % {"name": shown})
    if len(content) > settings.ATTACHMENT_MAX_BYTES:
        raise PaperRefused(
            _("Tệp «%(name)s» lớn hơn %(max)d MB. Hãy giảm độ phân giải rồi tải lại.")
            % {"name": shown, "max": settings.ATTACHMENT_MAX_BYTES // 1024 // 1024}
        )
    kind = _kind(content)
    claimed = PurePath(shown).suffix.lower()
    if kind is None or _SAME.get(claimed, claimed) != kind:
        raise PaperRefused(
            _("Tệp «%(name)s» không phải PDF, JPG hoặc PNG thật. Hãy chụp ảnh hoặc xuất ra PDF rồi tải lại.")
            % {"name": shown}
        )
    if kind != ".pdf":
        content = _clean_image(content, kind, shown)
    return Paper(shown, ACCEPTED[kind], content, hashlib.sha256(content).hexdigest())


def store(content: bytes) -> str:
    """Write ``content`` once and return its path; the same bytes are stored a single time."""
    digest = hashlib.sha256(content).hexdigest()
    path = f"{digest[:2]}/{digest}"
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(content))
    return path


def read(path: str) -> bytes:
    with default_storage.open(path) as stored:
        content: bytes = stored.read()
    return content


def _shown(name: str) -> str:
    """The file's own name as an officer may read it: no folders, nothing invisible, at most 200 letters."""
    plain = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name)
    path = PurePath(
        "".join(one for one in plain if unicodedata.category(one) not in ("Cc", "Cf", "Cs")) or "giay-to"
    )
    return path.stem[: 200 - len(path.suffix)] + path.suffix[:20]


def _kind(content: bytes) -> str | None:
    if content.startswith(b"%PDF-"):
        return ".pdf"
    try:
        found = puremagic.from_string(content[:4096]).lower()
    except (puremagic.PureError, ValueError):
        return None
    found = _SAME.get(found, found)
    return found if found in ACCEPTED and found != ".pdf" else None


def _clean_image(content: bytes, kind: str, name: str) -> bytes:
    """Draw the picture anew, upright: hidden payloads, comments and location data do not survive it."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for its whole process
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PaperRefused(
                    _("Ảnh «%(name)s» quá nhiều điểm ảnh. Hãy chụp lại ở cỡ thường.") % {"name": name}
                )
            drawn = io.BytesIO()
            upright = ImageOps.exif_transpose(image)
            picture = upright.convert("RGB") if kind == ".jpg" else upright
            picture.info.pop("comment", None)
            picture.save(drawn, "JPEG" if kind == ".jpg" else "PNG", quality=90)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PaperRefused(_("Không mở được ảnh «%(name)s». Hãy chụp lại.") % {"name": name}) from error
    return drawn.getvalue()
