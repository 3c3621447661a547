"""A demonstration certification authority: one root, one signing certificate per agency and person.

In production the special-purpose authority for public duty issues these certificates and the keys never leave their
device (`signing.Signer` is the seam). Here they are files, made once, never committed, readable by their owner only.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT_YEARS, SIGNER_YEARS = 10, 5
SEAL = "Con dấu điện tử"  # common name when an agency signs without a person


@dataclass(frozen=True)
class Identity:
    key: Path
    certificate: Path


def root_certificate(directory: Path) -> Path:
    """The certificate every signature of this installation leads to; made at the first call."""
    return _ensure_root(directory).certificate


def identity_for(directory: Path, *, organisation: str, name: str = "", title: str = "") -> Identity:
    """Key and certificate of one signer; another agency name, person or title is another certificate."""
    subject = [(NameOID.COUNTRY_NAME, "VN"), (NameOID.ORGANIZATION_NAME, organisation)]
    subject += [(NameOID.TITLE, title)] if title else []
    subject.append((NameOID.COMMON_NAME, name or SEAL))
    serial = hashlib.sha256("\x1f".join(value for _, value in subject).encode()).hexdigest()[:24]
    identity = _paths(directory, f"signer-{serial}")
    if not identity.certificate.exists():
        root = _ensure_root(directory)
        with _only_one(directory):
            if not identity.certificate.exists():
                _create(identity, x509.Name([x509.NameAttribute(*part) for part in subject]), issuer=root)
    return identity


def _ensure_root(directory: Path) -> Identity:
    root = _paths(directory, "root")
    if not root.certificate.exists():
        with _only_one(directory):
            if not root.certificate.exists():
                name = x509.NameAttribute(NameOID.COMMON_NAME, "Chứng thực trình diễn Cổng Dịch vụ công")
                _create(root, x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), name]), issuer=None)
    return root


def _paths(directory: Path, stem: str) -> Identity:
    return Identity(key=directory / f"{stem}.key.pem", certificate=directory / f"{stem}.pem")


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    """Web and worker may start in the same second: the second one waits and finds the files made."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _create(identity: Identity, subject: x509.Name, *, issuer: Identity | None) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    if issuer is None:
        issuer_key, issuer_name = key, subject
        issuer_public = key.public_key()
    else:
        loaded = serialization.load_pem_private_key(issuer.key.read_bytes(), password=None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{issuer.key.name} is not a P-256 key")
        issuer_key, issuer_public = loaded, loaded.public_key()
        issuer_name = x509.load_pem_x509_certificate(issuer.certificate.read_bytes()).subject
    builder = _certificate(subject, issuer_name, key.public_key(), issuer_public, root=issuer is None)
    certificate = builder.sign(issuer_key, hashes.SHA256())
    # The key goes first: a certificate on disk means that its key is there too.
    _write(
        identity.key,
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    _write(identity.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    issuer_public: ec.EllipticCurvePublicKey,
    *,
    root: bool,
) -> x509.CertificateBuilder:
    start = datetime.now(UTC) - timedelta(minutes=5)
    years = ROOT_YEARS if root else SIGNER_YEARS
    usage = x509.KeyUsage(
        digital_signature=not root,
        content_commitment=not root,
        key_cert_sign=root,
        crl_sign=root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=root, path_length=0 if root else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_public), critical=False)
    )


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and never readable by others (mkstemp gives mode 0600)."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
