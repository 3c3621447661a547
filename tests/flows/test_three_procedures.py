"""The main job, over real HTTP against a private portal: web, eID, worker, beat and partner as processes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from portal.walk import stories

pytestmark = pytest.mark.xdist_group("portal")


@pytest.mark.parametrize(
    ("story", "paper", "name"),
    [
        (stories.birth, "giay-khai-sinh.pdf", "LÊ NGUYỄN AN NHIÊN"),
        (stories.judicial_record, "phieu-ly-lich-tu-phap.pdf", "VÕ MINH QUÂN"),
        (stories.chemical, "phan-hoi-hoa-chat.pdf", "CÔNG TY TNHH HÓA CHẤT SEN VIỆT"),
    ],
    ids=["birth", "judicial-record", "chemical"],
)
def test_a_person_gets_a_signed_result_that_a_stranger_can_verify(
    running_portal, tmp_path, story, paper, name
):
    told = list(story(running_portal, tmp_path))
    assert told[-1].endswith("sửa một bit: bị từ chối")
    said = pdfsig(tmp_path / paper)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    text = subprocess.run(["pdftotext", tmp_path / paper, "-"], capture_output=True, text=True).stdout
    assert name in " ".join(text.split()).upper()


def test_the_stock_verifier_refuses_a_flipped_byte(running_portal, tmp_path):
    list(stories.chemical(running_portal, tmp_path))
    path = tmp_path / "phan-hoi-hoa-chat.pdf"
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    assert "Signature is Valid" not in pdfsig(path)


def pdfsig(path: Path) -> str:
    return subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True).stdout
