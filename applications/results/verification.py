"""Is this file a paper of ours, whole and unaltered?

The signature is asked to cover every byte of the file. The one stretch it cannot cover is the place of the signature
itself, so that stretch must have the only form our signer writes: upper-case hexadecimal of one signature object,
then zeros. With that, a change of any single byte anywhere is refused. Whether a paper was revoked, and whether it is
the very file that was issued (stored SHA-256), is the register's knowledge: the page asks for that as well.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

from applications.results import authority
from applications.results.signing import settled

Status = Literal["valid", "altered", "unsigned", "untrusted"]


@dataclass(frozen=True)
class Verdict:
    status: Status
    signer_name: str = ""
    organisation: str = ""
    signed_at: datetime | None = None
    covers_whole_file: bool = False


ALTERED = Verdict("altered")


def fingerprint(pdf: bytes) -> str:
    return hashlib.sha256(pdf).hexdigest()


def verify(pdf: bytes, *, roots: Sequence[Path] | None = None, at: datetime | None = None) -> Verdict:
    """`roots` are trusted certificates (PEM), `at` the instant of judging the chain; by default ours, and now."""
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.reader import PdfFileReader

    if b"/ByteRange" not in pdf:
        return Verdict("unsigned")
    paths = roots or [authority.root_certificate(Path(settings.SIGNING_DIR))]
    trusted = [load_cert_from_pemder(str(path)) for path in paths]  # type: ignore[no-untyped-call]
    try:
        signatures = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_regular_signatures
        return _judge(pdf, signatures[0], trusted, at) if len(signatures) == 1 else ALTERED
    except Exception:
        # A stranger's file can break a reader of PDF, ASN.1, zlib or certificates in any way: each way is a verdict.
        return ALTERED


def _judge(pdf: bytes, signature: Any, roots: Sequence[Any], at: datetime | None) -> Verdict:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(trust_roots=list(roots), allow_fetching=False, moment=at)
    status = validate_pdf_signature(signature, context, skip_diff=True)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not (status.intact and status.valid and whole):
        return ALTERED
    if status.trusted and not _container_is_ours(pdf, signature):
        return ALTERED
    subject = signature.signer_cert.subject.native
    return Verdict(
        status="valid" if status.trusted else "untrusted",
        signer_name=subject.get("common_name", ""),
        organisation=subject.get("organization_name", ""),
        signed_at=signature.self_reported_timestamp,
        covers_whole_file=whole,
    )


def _container_is_ours(pdf: bytes, signature: Any) -> bool:
    """Its unsigned corners (versions, repeated algorithm names, padding) must read as our signer wrote them."""
    from asn1crypto import cms  # type: ignore[import-untyped]

    _, first, second, _ = (int(bound) for bound in signature.byte_range)
    certificate, signed = signature.signer_cert, signature.signer_info
    sha256 = {"algorithm": "sha256"}
    signer_info = settled(
        cms.SignerInfo(
            {
                "version": "v1",
                "sid": {
                    "issuer_and_serial_number": {
                        "issuer": certificate.issuer,
                        "serial_number": certificate.serial_number,
                    }
                },
                "digest_algorithm": sha256,
                "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                "signed_attrs": signed["signed_attrs"],
                "signature": signed["signature"].native,
            }
        )
    )
    written = (
        cms.ContentInfo(
            {
                "content_type": "signed_data",
                "content": cms.SignedData(
                    {
                        "version": "v1",
                        "digest_algorithms": [sha256],
                        "encap_content_info": {"content_type": "data"},
                        "certificates": [certificate],
                        "signer_infos": [signer_info],
                    }
                ),
            }
        )
        .dump()
        .hex()
        .upper()
        .encode()
    )
    return bool(pdf[first:second] == b"<" + written.ljust(second - first - 2, b"0") + b">")
