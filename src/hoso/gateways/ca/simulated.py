"""An authority of this machine's own, for demonstrations: its name says that it means nothing before the law."""

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.conf import settings

from hoso.gateways.ca.key_files import KeyFileAuthority

ROOT, SIGNER = "HoSo TEST CA (mô phỏng, không có giá trị pháp lý)", "Cơ sở mẫu (chữ ký thử nghiệm)"
LIFE = timedelta(days=3650)


class SimulatedAuthority(KeyFileAuthority):
    caution = (
        "Chứng thư thử nghiệm của máy này: không có giá trị pháp lý.",
        "A test certificate of this machine: it means nothing before the law.",
    )

    def __init__(self) -> None:
        folder: Path = settings.HOSO_HOME / "secrets" / "test-ca"
        if not folder.exists():
            _make(folder)
        key = load_pem_private_key((folder / "key.pem").read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        root = x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())
        signer = x509.load_pem_x509_certificate((folder / "signer.pem").read_bytes())
        super().__init__(key, (signer,), (root,))


def _make(folder: Path) -> None:
    """Key and certificates, all at once: of two processes that begin together, one keeps its own."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Path(tempfile.mkdtemp(dir=folder.parent))
    root_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    root = _certificate(ROOT, ROOT, root_key, root_key, ca=True)
    signer = _certificate(SIGNER, ROOT, key, root_key, ca=False)
    (made / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (made / "signer.pem").write_bytes(signer.public_bytes(Encoding.PEM))
    (made / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (made / "key.pem").chmod(0o600)
    try:
        os.rename(made, folder)
    except OSError:
        shutil.rmtree(made)


def _certificate(
    name: str, issuer: str, key: rsa.RSAPrivateKey, issuer_key: rsa.RSAPrivateKey, *, ca: bool
) -> x509.Certificate:
    begin = datetime.now(UTC) - timedelta(days=1)
    usage = x509.KeyUsage(
        digital_signature=not ca, content_commitment=not ca, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + LIFE)
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(authority, critical=False)
        .sign(issuer_key, SHA256())
    )


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, words)])
