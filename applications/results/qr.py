"""QR codes for printed papers.

A fixed mask skips the trial of all eight (80 % of the time of making a code) and still gives a standard symbol:
a reader takes the mask from the format bits (ISO/IEC 18004, 7.8). One pixel per module, enlarged by the PDF viewer
without smoothing (`image-rendering: pixelated`), costs far less to draw than one path per module.
"""

from __future__ import annotations

import base64
import io

import segno

MASK = 3


def symbol(text: str) -> segno.QRCode:
    return segno.make(text, error="m", mask=MASK, boost_error=False, micro=False)


def png_data_uri(text: str) -> str:
    png = io.BytesIO()
    symbol(text).save(png, kind="png", scale=1, border=4)
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode("ascii")
