"""Electronic results: the words on the paper, the data inside it, the signature on it."""

from __future__ import annotations

import io
import json
import random
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError

from applications.results import authority, qr, render, signing, verification

LETTERS = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
MINORITY = "Ba Na Bơhnar Jrai Ƀ ƀ Č č Ĕ ĕ Ĭ ĭ Ŏ ŏ Ŭ ŭ Ñ ñ 200.000 ₫"
NOW = datetime(2026, 4, 5, 8, 42, tzinfo=UTC)
ACT = {"reason": "Cấp Giấy khai sinh", "location": "Đà Nẵng", "name": "Võ Thanh Tùng"}
OFFICER = {
    "organisation": "Ủy ban nhân dân phường Hải Châu",
    "name": "Võ Thanh Tùng",
    "title": "Phó Chủ tịch",
}


def result(**changes: Any) -> dict[str, Any]:
    return {
        "number": "118/2026",
        "title": "Giấy khai sinh",
        "place": "Đà Nẵng",
        "issued_on": date(2026, 4, 5),
        "agency": {"name": OFFICER["organisation"], "parent_name": "Thành phố Đà Nẵng"},
        "fields": [{"label": "Họ, chữ đệm, tên", "label_en": "Full name", "value": "NGUYỄN HOÀNG BẢO AN"}],
        "signer": {"name": OFFICER["name"], "title": "KT. Chủ tịch\nPhó Chủ tịch", "signed_at": NOW},
        "verify_url": "https://dichvucong.example/xac-thuc/7KQ42M9P/",
        "verify_code": "7KQ4-2M9P",
        "dossier_code": "H17.22-260405-0001",
    } | changes


def run(*command: str | Path, given: bytes = b"") -> bytes:
    return subprocess.run(command, input=given, capture_output=True, check=False).stdout


def words(pdf: bytes) -> str:
    return " ".join(run("pdftotext", "-", "-", given=pdf).decode().split())


@pytest.fixture(scope="session")
def signing_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signing")


@pytest.fixture(autouse=True)
def _our_authority(settings: Any, signing_dir: Path) -> None:
    settings.SIGNING_DIR = signing_dir


@pytest.fixture(scope="session")
def paper() -> bytes:
    return render.result_pdf("pdf/result/birth-certificate.html", result())


@pytest.fixture
def signed(paper: bytes, _our_authority: None) -> bytes:
    return signing.signer_for(**OFFICER).sign(paper, at=NOW, **ACT)


# The paper


def test_every_vietnamese_letter_is_drawn_as_itself_in_all_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [LETTERS, LETTERS.upper(), MINORITY]
    body = "".join(f"<p>{line}</p><p><b>{line}</b></p><p><i>{line}</i></p>" for line in lines)
    monkeypatch.setattr(render, "render_to_string", lambda *_: f"<body class=wide>{body}")
    text = words(render.render("any", {}))
    assert [text.count(line) for line in lines] == [3, 3, 3]


def test_the_letter_test_catches_fonts_split_by_script() -> None:
    from weasyprint import HTML

    faces = "".join(
        f"@font-face {{font-family: S; src: url({(render.STATIC / 'fonts' / name).as_uri()})}}"
        for name in ("source-sans-3-latin.woff2", "source-sans-3-vietnamese.woff2")
    )
    html = f"<style>{faces} @page {{size: A4 landscape}} p {{font-family: S}}</style><p>{LETTERS}"
    assert LETTERS not in words(HTML(string=html).write_pdf())


def test_a_result_says_what_its_data_say(paper: bytes) -> None:
    text = words(paper)
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN PHƯỜNG HẢI CHÂU",
        "Số: 118/2026",
        "Đà Nẵng, ngày 05 tháng 4 năm 2026",
        "GIẤY KHAI SINH",
        "NGUYỄN HOÀNG BẢO AN",
        "15 giờ 42 phút, ngày 05 tháng 4 năm 2026",
        "7KQ4-2M9P",
        "Bản điện tử có chữ ký số",
    ):
        assert expected in text
    assert "Bản trình diễn" not in text


@pytest.mark.parametrize(
    ("template", "more", "expected"),
    [
        ("judicial-record", {"form": "1"}, "Phiếu số 1 (Luật Lý lịch tư pháp, Điều 42)"),
        ("judicial-record", {"form": "2"}, "Phiếu số 2 (Luật Lý lịch tư pháp, Điều 43)"),
        (
            "chemical-acknowledgement",
            {"table": {"columns": ["Tên"], "rows": [["Axit axetic"]]}},
            "Axit axetic",
        ),
        (
            "refusal",
            {
                "addressee": "Nguyễn Văn Đức",
                "procedure": "Đăng ký khai sinh",
                "reasons": ["Thiếu giấy chứng sinh."],
                "legal_bases": ["Luật Hộ tịch, Điều 16"],
                "remedies": ["Nộp lại."],
                "appeal": "Có quyền khiếu nại.",
            },
            "Thiếu giấy chứng sinh.",
        ),
        ("birth-certificate", {"demo": True}, "không có giá trị pháp lý"),
    ],
)
def test_each_kind_of_result_is_one_page(template: str, more: dict[str, Any], expected: str) -> None:
    pdf = render.result_pdf(f"pdf/result/{template}.html", result(**more))
    assert expected in words(pdf)
    assert b"Pages:           1\n" in run("pdfinfo", "-", given=pdf)


def test_a_result_carries_its_data_for_machines_and_declares_pdf_a_3b(paper: bytes, tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(paper)
    run("pdfdetach", "-save", "1", "-o", tmp_path / "data.json", tmp_path / "paper.pdf")
    data = json.loads((tmp_path / "data.json").read_text())
    assert data["fields"] == result()["fields"]
    assert data["issued_on"] == "2026-04-05"
    metadata = run("pdfinfo", "-meta", tmp_path / "paper.pdf").decode()
    assert 'part="3"' in metadata or "<pdfaid:part>3<" in metadata
    assert PdfFileReader(io.BytesIO(paper)).root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"


def test_the_printed_qr_code_is_the_address_module_by_module(paper: bytes) -> None:
    raster = run("pdftoppm", "-r", "300", "-gray", "-singlefile", "-", given=paper)
    image = Image.open(io.BytesIO(raster)).point(lambda level: 0 if level < 128 else 255)
    matrix = [list(row) for row in qr.symbol(result()["verify_url"]).matrix]
    side = len(matrix)
    module = 29 / 25.4 * 300 / (side + 8)
    left, top = _first_dark_block(image, module)
    centres = [int((step + 0.5) * module) for step in range(side)]
    read = [[int(image.getpixel((left + x, top + y)) == 0) for x in centres] for y in centres]
    assert read == matrix


def _first_dark_block(image: Image.Image, module: float) -> tuple[int, int]:
    """The finder pattern: the first stretch of seven dark modules in the left half of the page."""
    run_length = int(6.5 * module)
    for y in range(image.height // 4, image.height):
        row = image.crop((0, y, image.width // 2, y + 1)).tobytes()
        if (x := row.find(b"\x00" * run_length)) >= 0:
            return x, y
    raise AssertionError("no finder pattern on the page")


@pytest.mark.parametrize(
    "address", ["https://example.org/a.png", "file:///etc/passwd", "ftp://example.org/a.png"]
)
def test_a_paper_fetches_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "render_to_string", lambda *_: f'<img src="{address}">')
    with pytest.raises(render.ForbiddenAddress):
        render.render("any", {})


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 9), "ngày 09 tháng 01 năm 2026"),
        (date(2026, 2, 10), "ngày 10 tháng 02 năm 2026"),
        (date(2026, 3, 31), "ngày 31 tháng 3 năm 2026"),
    ],
)
def test_dates_are_written_as_decree_30_asks(day: date, expected: str) -> None:
    assert render.official_date(day) == expected


# The signature


def pdfsig(pdf: bytes, folder: Path) -> str:
    (folder / "signed.pdf").write_bytes(pdf)
    return run("pdfsig", folder / "signed.pdf").decode()


def test_a_signed_result_is_valid_for_us_and_for_pdfsig(signed: bytes, tmp_path: Path) -> None:
    assert verification.verify(signed) == verification.Verdict(
        "valid", "Võ Thanh Tùng", "Ủy ban nhân dân phường Hải Châu", NOW, covers_whole_file=True
    )
    said = pdfsig(signed, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_an_agency_seals_without_a_person(paper: bytes) -> None:
    sealed = signing.signer_for(organisation="Bộ Công Thương").sign(
        paper, at=NOW, **ACT | {"name": "Bộ Công Thương"}
    )
    verdict = verification.verify(sealed)
    assert (verdict.status, verdict.signer_name, verdict.organisation) == (
        "valid",
        authority.SEAL,
        "Bộ Công Thương",
    )


def flipped(pdf: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(pdf)
    changed[place] ^= 1 << bit
    return bytes(changed)


def container(pdf: bytes) -> tuple[int, int, int]:
    """Where the hexadecimal of the signature starts, where its zeros start, where the place ends."""
    start = pdf.index(b"/Contents <") + len(b"/Contents <")
    end = pdf.index(b">", start)
    return start, start + len(pdf[start:end].rstrip(b"0")), end


def test_one_flipped_bit_anywhere_is_refused(signed: bytes, tmp_path: Path) -> None:
    draw = random.Random(20260405)
    start, zeros, end = container(signed)
    places = [draw.randrange(len(signed)) for _ in range(200)]  # the whole file
    places += [draw.randrange(start - 1, zeros) for _ in range(60)]  # the signature object
    places += [draw.randrange(zeros, end + 1) for _ in range(20)]  # its padding
    accepted = [
        p for p in places if verification.verify(flipped(signed, p, draw.randrange(8))).status == "valid"
    ]
    assert accepted == []
    for place in [p for p in places if not start - 1 <= p <= end][:12]:
        said = pdfsig(flipped(signed, place, 0), tmp_path)
        assert not ("Signature is Valid" in said and "Total document signed" in said)


def test_the_flip_test_catches_a_verifier_that_ignores_the_padding(
    signed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, zeros, end = container(signed)
    changed = flipped(signed, (zeros + end) // 2, 0)
    assert verification.verify(changed).status == "altered"
    monkeypatch.setattr(verification, "_container_is_ours", lambda *_: True)
    assert verification.verify(changed).status == "valid"


@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: pdf + b"\n",
        lambda pdf: b"\n" + pdf,
        lambda pdf: pdf[:-1],
        lambda pdf: pdf + b"\n" + pdf,
        lambda pdf: pdf[:200] + b"/ByteRange",
    ],
)
def test_added_or_cut_bytes_are_refused(signed: bytes, change: Callable[[bytes], bytes]) -> None:
    assert verification.verify(change(signed)).status == "altered"


def test_a_signature_pasted_from_another_paper_is_refused(signed: bytes) -> None:
    other = render.result_pdf("pdf/result/birth-certificate.html", result(number="119/2026"))
    victim = signing.signer_for(**OFFICER).sign(other, at=NOW, **ACT)
    (start, _, end), (from_, _, to) = container(victim), container(signed)
    assert verification.verify(victim[:start] + signed[from_:to] + victim[end:]).status == "altered"


def test_a_signed_paper_is_not_signed_again(signed: bytes) -> None:
    with pytest.raises(SigningError, match="filled"):
        signing.signer_for(organisation="Cơ quan khác").sign(signed, at=NOW, **ACT)


@pytest.mark.parametrize("pdf", [b"", b"GIF89a", b"%PDF-1.7\n%%EOF"])
def test_a_file_without_signature_is_unsigned(pdf: bytes) -> None:
    assert verification.verify(pdf).status == "unsigned"


def test_a_paper_before_signing_or_cut_before_its_signature_is_unsigned(paper: bytes, signed: bytes) -> None:
    assert verification.verify(paper).status == "unsigned"
    assert verification.verify(signed[: len(signed) // 2]).status == "unsigned"


def test_a_signature_of_another_authority_is_untrusted(paper: bytes, tmp_path: Path) -> None:
    stranger = signing.FileSigner(authority.identity_for(tmp_path / "elsewhere", **OFFICER))
    verdict = verification.verify(stranger.sign(paper, at=NOW, **ACT))
    assert verdict.status == "untrusted"


# The demonstration authority


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    first = authority.identity_for(tmp_path, **OFFICER)
    content = first.key.read_bytes()
    assert authority.identity_for(tmp_path, **OFFICER) == first
    assert first.key.read_bytes() == content
    assert authority.identity_for(tmp_path, organisation="Bộ Công Thương") != first
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.pem")} == {0o600}
    certificate = x509.load_pem_x509_certificate(first.certificate.read_bytes())
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert (usage.value.digital_signature, usage.value.content_commitment) == (True, True)
    assert not usage.value.key_cert_sign


def test_two_processes_starting_at_once_share_one_authority(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from applications.results import authority\n"
        "made = authority.identity_for(Path(sys.argv[1]), organisation='Bộ Công Thương')\n"
        "print(made.certificate.read_text() + authority.root_certificate(Path(sys.argv[1])).read_text())"
    )
    folder = tmp_path / "new"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code, folder], stdout=subprocess.PIPE, cwd=render.STATIC.parent
        )
        for _ in range(4)
    ]
    printed = {start.communicate()[0] for start in starts}
    assert len(printed) == 1
    assert printed != {b""}
    assert len(list(folder.glob("*.key.pem"))) == 2
