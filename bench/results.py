"""Signed results per second of one core: the limits, the usual way and ours, in one run.

The usual way is WeasyPrint and pyHanko as their manuals show them: the stylesheet and its fonts handed over with each
document, a QR code as SVG with the mask searched for, `SimpleSigner` with an RSA-2048 key (kept at 2048 to its
advantage: RSA-3072, of equal strength to our P-256, is slower still). Both draw the same template. Rounds are
interleaved and figures are medians of process CPU time: neighbours on the machine weigh on all alike. The pass
mark is the ratio, not the rate.
"""

from __future__ import annotations

import gc
import io
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

FLOOR = 2.5
TEMPLATE = "pdf/result/birth-certificate.html"
AGENCY, NAME, TITLE = "Ủy ban nhân dân phường Hải Châu", "Võ Thanh Tùng", "Phó Chủ tịch"
FIELDS = [
    ("Họ, chữ đệm, tên", "NGUYỄN HOÀNG BẢO AN"),
    ("Ngày, tháng, năm sinh", "02/4/2026"),
    ("Giới tính", "Nữ"),
    ("Dân tộc", "Ba Na (Bơhnar)"),
    ("Quốc tịch", "Việt Nam"),
    ("Nơi sinh", "Bệnh viện Phụ sản - Nhi Đà Nẵng"),
    ("Quê quán", "Phường Hải Châu, thành phố Đà Nẵng"),
    ("Số định danh cá nhân", "048326000123"),
    ("Họ, chữ đệm, tên người mẹ", "TRẦN THỊ QUỲNH NHƯ"),
    ("Họ, chữ đệm, tên người cha", "NGUYỄN VĂN ĐỨC"),
    ("Người đi đăng ký khai sinh", "NGUYỄN VĂN ĐỨC"),
]
RESULT: dict[str, Any] = {
    "number": "118/2026",
    "title": "Giấy khai sinh",
    "place": "Đà Nẵng",
    "issued_on": date(2026, 4, 5),
    "agency": {"name": AGENCY, "parent_name": "Thành phố Đà Nẵng"},
    "fields": [{"label": label, "label_en": "", "value": value} for label, value in FIELDS],
    "signer": {"name": NAME, "title": TITLE},
    "verify_url": "https://dichvucong.example/xac-thuc/7KQ42M9P/",
    "verify_code": "7KQ4-2M9P",
    "dossier_code": "H17.22-260405-0001",
}
ACT = {"reason": "Cấp Giấy khai sinh", "location": "Đà Nẵng", "name": NAME}


def usual_render() -> bytes:
    import segno
    from django.template.loader import render_to_string
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from applications.results import render

    context = {
        "result": RESULT,
        "issued_on": render.official_date(RESULT["issued_on"]),
        "qr": segno.make(RESULT["verify_url"]).svg_data_uri(scale=4),
    }
    fonts = FontConfiguration()
    style = CSS(filename=render.STYLESHEET, font_config=fonts)
    return bytes(
        HTML(string=render_to_string(TEMPLATE, context)).write_pdf(
            stylesheets=[style], font_config=fonts, pdf_variant="pdf/a-3b"
        )
    )


def usual_signer() -> Callable[[bytes], bytes]:
    from asn1crypto import keys
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "RSA")])
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    der = serialization.Encoding.DER
    pkcs8 = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    signer = SimpleSigner(
        signing_cert=next(iter(load_certs_from_pemder_data(made.public_bytes(der)))),
        signing_key=keys.PrivateKeyInfo.load(pkcs8),
        cert_registry=SimpleCertificateStore(),
    )
    meta = PdfSignatureMetadata(
        field_name="Signature1", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, **ACT
    )

    def sign(pdf: bytes) -> bytes:
        return bytes(sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, signer=signer).getvalue())

    return sign


def contenders(directory: Path) -> dict[str, Callable[[], object]]:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    from applications.results import render, signing, verification

    key = ec.generate_private_key(ec.SECP256R1())
    signer = signing.signer_for(organisation=AGENCY, name=NAME, title=TITLE)
    usual_sign = usual_signer()
    now = datetime.now(UTC)

    def our_render() -> bytes:
        return render.result_pdf(TEMPLATE, RESULT)

    def our_sign(pdf: bytes) -> bytes:
        return signer.sign(pdf, at=now, **ACT)

    pdf = our_render()
    signed = our_sign(pdf)
    check(signed, usual_sign(usual_render()), directory)
    return {
        "limit_raw_p256": lambda: [key.sign(b"x" * 32, ec.ECDSA(hashes.SHA256())) for _ in range(50)],
        "usual_render": usual_render,
        "usual_sign": lambda: usual_sign(pdf),
        "usual_result": lambda: usual_sign(usual_render()),
        "our_render": our_render,
        "our_sign": lambda: our_sign(pdf),
        "our_result": lambda: our_sign(our_render()),
        "our_verify": lambda: verification.verify(signed),
    }


def check(ours: bytes, usual: bytes, directory: Path) -> None:
    """Both ways give a signed paper with the same words; ours is valid for `pdfsig` and for ourselves."""
    from applications.results import verification

    texts = []
    for name, pdf in (("ours.pdf", ours), ("usual.pdf", usual)):
        (directory / name).write_bytes(pdf)
        said = subprocess.run(
            ["pdfsig", directory / name], capture_output=True, text=True, check=False
        ).stdout
        assert "Signature is Valid" in said, said
        assert "Total document signed" in said, said
        words = subprocess.run(
            ["pdftotext", directory / name, "-"], capture_output=True, text=True, check=True
        )
        texts.append(words.stdout.split())
    assert texts[0] == texts[1]
    assert all(value.split()[-1] in texts[0] for _, value in FIELDS)
    assert verification.verify(ours).status == "valid"
    altered = bytearray(ours)
    altered[len(ours) // 2] ^= 1
    assert verification.verify(bytes(altered)).status == "altered"


def measure(ways: dict[str, Callable[[], object]], rounds: int, each: int) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            gc.collect()
            (gc.unfreeze if name.startswith("usual") else gc.freeze)()  # ours freezes when it loads its fonts
            start = time.process_time()
            for _ in range(each):
                way()
            seconds[name].append((time.process_time() - start) / each)
    rates = {name: 1 / statistics.median(taken) for name, taken in seconds.items()}
    rates["limit_raw_p256"] *= 50
    return rates


def run(*, rounds: int = 5, each: int = 6) -> dict[str, Any]:
    """The three ways side by side; raises AssertionError when a paper or signature is not right."""
    from django.conf import settings

    with tempfile.TemporaryDirectory() as folder:
        settings.SIGNING_DIR = Path(folder)
        rates = measure(contenders(Path(folder)), rounds, each)
    return {
        "job": "signed results, per core second",
        "per_second": {name: round(rate, 1) for name, rate in rates.items()},
        "ours_to_limit": round(rates["our_result"] / rates["our_render"], 2),
        "ours_to_usual": round(rates["our_result"] / rates["usual_result"], 2),
        "floors": {"ours_to_usual": FLOOR},
    }
