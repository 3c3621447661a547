from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import vietqr


def fields(text: str) -> dict[str, str]:
    found, at = {}, 0
    while at < len(text):
        tag, size = text[at : at + 2], int(text[at + 2 : at + 4])
        found[tag], at = text[at + 4 : at + 4 + size], at + 4 + size
    return found


def test_the_checksum_is_the_one_of_the_standard():
    assert vietqr.crc16("123456789") == "29B1"


@given(
    amount=st.integers(1, 10**12),
    reference=st.text("ABCDEFGHJKMNPQRSTUVWXYZ23456789", min_size=1, max_size=25),
)
def test_a_reader_finds_account_amount_and_reference(amount, reference):
    text = vietqr.payload(bank_bin="999999", account="9999888877776", amount_vnd=amount, reference=reference)
    read = fields(text)
    assert (read["54"], read["53"], fields(read["62"])["08"]) == (str(amount), "704", reference)
    assert fields(fields(read["38"])["01"]) == {"00": "999999", "01": "9999888877776"}
    assert read["63"] == vietqr.crc16(text[:-4])


def test_a_changed_digit_breaks_the_checksum():
    text = vietqr.payload(bank_bin="999999", account="1", amount_vnd=200_000, reference="R")
    changed = text.replace("200000", "200001")
    assert vietqr.crc16(changed[:-4]) != changed[-4:]


@pytest.mark.parametrize("amount", [200_000])
def test_the_drawing_has_words_for_those_who_cannot_see_it(amount):
    text = vietqr.payload(bank_bin="999999", account="1", amount_vnd=amount, reference="R")
    drawn = vietqr.svg(text, label="Mã VietQR")
    assert drawn.startswith('<svg role="img"')
    assert "<title>Mã VietQR</title>" in drawn
    assert "style=" not in drawn
