"""Files that lie about what they are, or try to bring something along."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageFile

from applications import papers
from applications.results import verification


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 30), **options) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(drawn, kind, **options)
    return drawn.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


PIXELS = chunk(b"IDAT", zlib.compress(b"\0" * 31 * 10))
HOSTILE = {
    "empty": ("a.pdf", b""),
    "program": ("a.pdf", b"MZ\x90\0" * 50),
    "page": ("a.png", b"<html><script>alert(1)</script>"),
    "pdf called png": ("a.png", b"%PDF-1.4"),
    "gif called jpg": ("a.jpg", picture("GIF")),
    "endless pixels": ("a.png", png_of(60_000, 60_000, PIXELS)),
    "many pixels": ("a.png", png_of(9_000, 9_000, PIXELS)),
    "no pixels": ("a.png", png_of(0, 0)),
    "broken header": ("a.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"abc")),
    "broken sum": ("a.png", picture()[:20] + b"\xff\xff" + picture()[22:]),
    "cut short": ("a.png", picture()[:80]),
    "cut jpg": ("a.jpg", picture("JPEG", (400, 400))[:900]),
    "compressed bomb": (
        "a.png",
        png_of(10, 10, chunk(b"zTXt", b"k\0\0" + zlib.compress(b"x" * 30_000_000)), PIXELS),
    ),
    "no ending": ("pdf", b"%PDF-1.4"),
    "too large": ("a.pdf", b"%PDF-" + b"x" * 10 * 1024 * 1024),
}


@pytest.mark.parametrize("lie", HOSTILE)
def test_a_file_that_lies_is_refused_in_words(lie, monkeypatch):
    monkeypatch.setattr(
        ImageFile, "LOAD_TRUNCATED_IMAGES", True
    )  # as a library leaves it in a running process
    name, content = HOSTILE[lie]
    with pytest.raises(papers.PaperRefused) as refused:
        papers.check(name=name, content=content)
    assert "Hãy" in refused.value.message


def test_nothing_rides_along_in_a_photograph():
    place = Image.Exif()
    place[0x010E] = "NOI-CHUP"
    photograph = picture("JPEG", exif=place, comment=b"<script>GIAU</script>") + b"<html>DUOI"
    kept = papers.check(name="anh.jpg", content=photograph).content
    assert not any(hidden in kept for hidden in (b"NOI-CHUP", b"GIAU", b"DUOI"))


def test_a_photograph_held_upright_stays_upright():
    turned = Image.Exif()
    turned[0x0112] = 6
    kept = papers.check(name="anh.jpg", content=picture("JPEG", (60, 30), exif=turned)).content
    assert Image.open(io.BytesIO(kept)).size == (30, 60)


def test_a_file_name_has_no_folder_nothing_invisible_and_keeps_its_ending():
    pdf = b"%PDF-1.4"
    assert papers.check(name="../../etc/passwd.pdf", content=pdf).name == "passwd.pdf"
    assert papers.check(name="..\\..\\a.pdf", content=pdf).name == "a.pdf"
    assert papers.check(name="hoa\u202efdp\0.pdf", content=pdf).name == "hoafdp.pdf"
    long = papers.check(name="ế" * 240 + ".pdf", content=pdf).name
    assert (len(long), long[-4:]) == (200, ".pdf")


BOMB = zlib.compress(zlib.compress(b"\0" * 50_000_000, 9), 9)
STRANGE_PDFS = {
    "deep dictionaries": b"%PDF-1.7\n/ByteRange 1 0 obj\n" + b"<<" * 100_000,
    "deep arrays": b"%PDF-1.7\n/ByteRange\n1 0 obj\n" + b"[" * 200_000,
    "loop of tables": b"%PDF-1.7\n%/ByteRange\nxref\n0 1\n0000000000 65535 f \n"
    b"trailer<</Size 1/Prev 21/Root 1 0 R>>\nstartxref\n21\n%%EOF\n",
    "bomb": b"%PDF-1.7\n%/ByteRange\n1 0 obj<</Type/XRef/Size 2/W[1 2 1]/Root 1 0 R"
    b"/Filter[/FlateDecode/FlateDecode]/Length "
    + str(len(BOMB)).encode()
    + b">>stream\n"
    + BOMB
    + b"\nendstream endobj\nstartxref\n21\n%%EOF\n",
}


@pytest.mark.parametrize("kind", STRANGE_PDFS)
def test_a_strange_pdf_is_judged_altered_in_bounded_time(kind, settings, tmp_path):
    settings.SIGNING_DIR = tmp_path
    begun = time.perf_counter()
    assert verification.verify(STRANGE_PDFS[kind]).status == "altered"
    assert time.perf_counter() - begun < 5
