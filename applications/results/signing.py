"""Signing a paper: PAdES B-B, one signature over the whole file.

The visible block is part of the paper (drawn by its template); the signature field itself is invisible. The key is
loaded once and the place for the signature is reserved at a known size: reading the key and a trial signature to
measure the size are nine tenths of the cost of signing with the library's defaults.
"""

from __future__ import annotations

import functools
import io
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from applications.results import authority

FIELD = "ChuKySo"
RESERVED = 4096  # bytes of hexadecimal; a P-256 signature with one certificate takes about 2,400


class Signer(Protocol):
    """Whatever holds a key: a file in the demonstration, a PKCS#11 device or remote service in production."""

    def sign(self, pdf: bytes, *, reason: str, location: str, name: str, at: datetime) -> bytes: ...


class FileSigner:
    def __init__(self, identity: authority.Identity) -> None:
        key = serialization.load_pem_private_key(identity.key.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{identity.key.name} is not a P-256 key")
        self._cms = _kept_key(key, identity.certificate)

    def sign(self, pdf: bytes, *, reason: str, location: str, name: str, at: datetime) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.fields import SigSeedSubFilter
        from pyhanko.sign.signers import PdfSignatureMetadata

        described = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason=reason,
            location=location,
            name=name,
        )
        signed = _dated_signer(at)(described, self._cms).sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)), bytes_reserved=RESERVED
        )
        return bytes(signed.getvalue())


def settled(built: Any) -> Any:
    """The same ASN.1 value read back from its encoding.

    A value under construction encodes all its parts again whenever it is asked for them, at every level it is nested
    in; for a signature object that costs more than the signature.
    """
    return type(built).load(built.dump())


def signer_for(*, organisation: str, name: str = "", title: str = "") -> Signer:
    """The signer of an agency's officer, or the agency's own electronic seal when no name is given."""
    return _file_signer(Path(settings.SIGNING_DIR), organisation, name, title)


@functools.lru_cache(maxsize=1024)
def _file_signer(directory: Path, organisation: str, name: str, title: str) -> FileSigner:
    return FileSigner(authority.identity_for(directory, organisation=organisation, name=name, title=title))


def _kept_key(key: ec.EllipticCurvePrivateKey, certificate: Path) -> Any:
    from asn1crypto.algos import SignedDigestAlgorithm  # type: ignore[import-untyped]
    from asn1crypto.cms import CMSAttributes  # type: ignore[import-untyped]
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.sign.signers.pdf_cms import Signer as CmsSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class KeptKey(CmsSigner):  # type: ignore[misc]
        around: tuple[bytes, bytes] | None = None

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return key.sign(data, ec.ECDSA(hashes.SHA256()))

        async def signed_attrs(self, data_digest: bytes, *args: Any, **options: Any) -> Any:
            """Of one signer's attributes only the digest differs from paper to paper (the time is in the PDF)."""
            if self.around is None:
                built = (await super().signed_attrs(data_digest, *args, **options)).dump()
                before, _, after = built.partition(data_digest)
                self.around = before, after
            before, after = self.around
            return CMSAttributes.load(before + data_digest + after)

        def signer_info(self, *args: Any, **options: Any) -> Any:
            return settled(super().signer_info(*args, **options))

    return KeptKey(
        signing_cert=load_cert_from_pemder(str(certificate)),  # type: ignore[no-untyped-call]
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
        signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        embed_roots=False,
    )


def _dated_signer(at: datetime) -> Any:
    """The instant of signing is an argument of the verb, not the clock of the machine."""
    from pyhanko.sign.signers import PdfSigner

    class DatedSigner(PdfSigner):  # type: ignore[misc]
        def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> Any:
            session = super().init_signing_session(pdf_out, existing_fields_only)
            session.system_time = at
            return session

    return DatedSigner
