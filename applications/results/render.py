"""Papers as PDF/A-3b: a Django template drawn by WeasyPrint, with its own data attached for machines.

`result_pdf(template, result, data=...)` draws one of `pdf/result/*.html`. The `result` mapping:

    number, title, subtitle (optional)         "118/2026", "GIẤY KHAI SINH"
    agency {name, parent_name}                 as on the letterhead
    place, issued_on (date)
    fields [{label, label_en, value}]          label_en may be empty
    signer {name, title}                       title is the line above the signature; signer may carry signed_at
    verify_url, verify_code, dossier_code
    demo (optional)                            true prints that the paper is from a demonstration
    judicial-record only: form ("1" or "2")
    refusal only: addressee, procedure, reasons [], legal_bases [], remedies [], appeal
    chemical-acknowledgement only: table {columns [], rows [[]]} (optional), statement (optional)

The words of a paper are the law's and stay Vietnamese in every screen language, so templates here are not translated.
"""

from __future__ import annotations

import atexit
import functools
import gc
import io
import json
import threading
from collections.abc import Mapping
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string

from applications.results import qr

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

STATIC = Path(__file__).resolve().parents[2] / "static"
STYLESHEET = STATIC / "css" / "pdf.css"
LEGAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DATA_NAME = "data.json"
COLOURS = "--srgb"

# Pango's font map is shared by all documents of a process and is not safe for threads.
_drawing = threading.Lock()


class ForbiddenAddress(ValueError):
    """A paper asked for a file or page outside itself."""


def official_date(day: date) -> str:
    """Nghị định 30/2020/NĐ-CP, Phụ lục I: days below 10 and months 1 and 2 carry a leading zero."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def official_time(moment: datetime) -> str:
    local = moment.astimezone(LEGAL_ZONE)
    return f"{local.hour:02d} giờ {local.minute:02d} phút, {official_date(local.date())}"


class Assets(NamedTuple):
    style: CSS
    fonts: FontConfiguration
    colours: dict[str, Any]


@functools.cache
def _assets() -> Assets:
    """Stylesheet parsed, fonts and colour profile loaded once a process, not once a document.

    What is loaded by now stays for good: taking it out of the garbage collector's rounds makes drawing, which
    allocates tens of thousands of small objects, a fifth faster.
    """
    import weasyprint
    from weasyprint.css import ColorProfile
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    style = weasyprint.CSS(filename=STYLESHEET, font_config=fonts, url_fetcher=_fetch(STATIC))
    # Left to itself, WeasyPrint opens this file for every PDF/A document and does not close it.
    icc = io.BytesIO((files(weasyprint) / "pdf" / "sRGB2014.icc").read_bytes())
    profile = ColorProfile(icc, "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
    atexit.register(
        _assets.cache_clear
    )  # the fonts' temporary folder is removed while Python can still do it
    gc.freeze()
    return Assets(style, fonts, {COLOURS: profile})


def _fetch(root: Path | None) -> Any:
    """Only `data:` addresses, and files below `root` when the house stylesheet is read: never the network."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            inside = root is not None and url.startswith(root.as_uri() + "/") and ".." not in url
            if not (inside or url.startswith("data:")):
                raise FatalURLFetchingError(url)
            return super().fetch(url, headers)

    return Fetcher()


def render(
    template: str,
    context: Mapping[str, Any],
    *,
    variant: str = "pdf/a-3b",
    attachments: Mapping[str, bytes] | None = None,
) -> bytes:
    from weasyprint import HTML, Attachment
    from weasyprint.urls import FatalURLFetchingError

    html = render_to_string(template, dict(context))
    attached = [
        Attachment(string=content, name=name, relationship="Data")
        for name, content in (attachments or {}).items()
    ]
    with _drawing:
        assets = _assets()
        try:
            pdf = HTML(string=html, url_fetcher=_fetch(None)).write_pdf(
                stylesheets=[assets.style],
                font_config=assets.fonts,
                color_profiles=dict(assets.colours),
                output_intent=COLOURS,
                pdf_variant=variant,
                attachments=attached,
            )
        except FatalURLFetchingError as refused:
            raise ForbiddenAddress(str(refused)) from refused
    return bytes(pdf)


def data_file(data: Mapping[str, Any]) -> dict[str, bytes]:
    """The machine-readable twin of the paper, in canonical JSON so that equal data gives equal bytes."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_as_text)
    return {DATA_NAME: text.encode()}


def _as_text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the data of a paper")


def result_pdf(template: str, result: Mapping[str, Any], *, data: Mapping[str, Any] | None = None) -> bytes:
    signed_at = result["signer"].get("signed_at")
    context = {
        "result": result,
        "qr": qr.png_data_uri(result["verify_url"]),
        "issued_on": official_date(result["issued_on"]),
        "signed_at": official_time(signed_at) if signed_at else "",
    }
    return render(template, context, attachments=data_file(result if data is None else data))
