"""VietQR: the EMVCo payload of a NAPAS transfer (QR IBFT to an account) and its drawing. Pure.

The transfer text is our reference and nothing else, so the code holds no personal data.
"""

from __future__ import annotations

import segno

_NAPAS, _TO_ACCOUNT = "A000000727", "QRIBFTTA"


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02}{value}"


def crc16(text: str) -> str:
    """CRC-16/CCITT-FALSE, as EMVCo QRCPS 4.7.3 asks for."""
    register = 0xFFFF
    for byte in text.encode():
        register ^= byte << 8
        for _bit in range(8):
            register = ((register << 1) ^ 0x1021 if register & 0x8000 else register << 1) & 0xFFFF
    return f"{register:04X}"


def payload(*, bank_bin: str, account: str, amount_vnd: int, reference: str) -> str:
    beneficiary = _field("00", bank_bin) + _field("01", account)
    body = "".join(
        [
            _field("00", "01"),
            _field("01", "12"),  # used once: the amount is fixed
            _field("38", _field("00", _NAPAS) + _field("01", beneficiary) + _field("02", _TO_ACCOUNT)),
            _field("53", "704"),
            _field("54", str(amount_vnd)),
            _field("58", "VN"),
            _field("62", _field("08", reference)),
            "6304",
        ]
    )
    return body + crc16(body)


def svg(text: str, *, label: str) -> str:
    """An SVG without size (the style sheet decides); black on white in every theme, or phones cannot read it."""
    code = segno.make(text, error="m", micro=False)
    drawn: str = code.svg_inline(
        border=2, omitsize=True, dark="#1a1a1a", svgclass=None, lineclass=None, title=label
    )
    return drawn.replace("<svg ", '<svg role="img" ', 1)
