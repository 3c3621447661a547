"""Why a result may be signed, in one line: conditions of the law, then facts, then what was written. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Grounds:
    """What the line is made of. ``matched``: facts that come from registers; ``stated``: names of the findings."""

    is_refusal: bool
    met: Sequence[str] = ()
    failed: Sequence[str] = ()
    unsure: Sequence[str] = ()
    matched: int = 0
    stated: Sequence[str] = ()
    written: str = ""


def line(grounds: Grounds) -> str:
    """Parts with a semicolon between; what speaks against the result stands first, never cut off at the end."""
    against = grounds.met if grounds.is_refusal else grounds.failed
    of_law = grounds.failed if grounds.is_refusal else grounds.met
    objection = _("Đủ điều kiện: %(text)s") if grounds.is_refusal else _("Không đạt: %(text)s")
    parts = [objection % {"text": text.rstrip(".")} for text in against]
    parts += grounds.unsure
    parts += [_("Không đạt: %(text)s") % {"text": text} for text in of_law] if grounds.is_refusal else of_law
    if grounds.matched and not grounds.is_refusal:
        parts.append(_("Khớp %(count)d dữ kiện của cơ sở dữ liệu") % {"count": grounds.matched})
    if grounds.stated:
        parts.append(_("Cơ quan ghi: %(labels)s") % {"labels": ", ".join(grounds.stated)})
    if grounds.written.strip():
        parts.append(" ".join(grounds.written.split()))
    told = [part.strip().rstrip(".;") for part in parts if part.strip()]
    return "; ".join(told) or _("Theo dữ kiện của hồ sơ, thủ tục không có điều kiện máy xét được")
