"""DKIM: a signature over a letter of ours, under the school's key (RFC 6376, relaxed/simple).

By hand over OpenSSL: 1.1 ms of CPU for a letter. dkimpy takes 12.8 of pure Python, in which nothing
else of the process moves, and comes without a wheel; it is what checks us (docs/email.md).
"""

import base64
import hashlib
import re
from datetime import datetime
from functools import cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pydantic import SecretStr

# Those of these that a letter has, and once more each that must not be added on the way.
SIGNED = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)
SHORTEST = 2_048  # bits
SPACES = re.compile(rb"[ \t\r\n]+")
LINE = 72


@cache
def private_key(pem: str) -> RSAPrivateKey:
    """Read once: parsing costs more than signing. Ends of lines may be written as in C.

    Raises ValueError, without the key.
    """
    try:
        key = serialization.load_pem_private_key(pem.replace("\\n", "\n").encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("must be a private key in PEM, without a password") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < SHORTEST:
        raise ValueError(f"must be an RSA key of {SHORTEST} bits or more")
    return key


class Signer:
    def __init__(self, key: SecretStr, selector: str, domain: str) -> None:
        self._key = private_key(key.get_secret_value())
        self._selector, self._domain = selector, domain

    def record(self) -> tuple[str, str]:
        """The TXT record that lets others check: its name and its value."""
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        value = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
        return f"{self._selector}._domainkey.{self._domain}", value

    def signed(self, letter: bytes, now: datetime) -> bytes:
        """`letter` (CRLF line ends) with its signature as the first header."""
        head, _, body = letter.partition(b"\r\n\r\n")
        fields = headers(head)
        names = [name for name in SIGNED if name.lower().encode() in fields]
        digest = base64.b64encode(hashlib.sha256(simple(body)).digest()).decode()
        value = (
            f"v=1; a=rsa-sha256; c=relaxed/simple; d={self._domain}; s={self._selector};\r\n"
            f"\tt={int(now.timestamp())}; bh={digest};\r\n"
            f"\th={':'.join(names)};\r\n\tb="
        )
        lines = [relaxed(name, fields[name.lower().encode()]) for name in names]
        lines.append(relaxed("DKIM-Signature", value.encode()))
        seal = self._key.sign(b"\r\n".join(lines), PKCS1v15(), hashes.SHA256())
        written = base64.b64encode(seal).decode()
        folded = "\r\n\t".join(written[at : at + LINE] for at in range(0, len(written), LINE))
        return f"DKIM-Signature: {value}{folded}\r\n".encode() + letter


def headers(head: bytes) -> dict[bytes, bytes]:
    """Values by name in lower case; each of ours stands once."""
    found: dict[bytes, bytes] = {}
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = line.partition(b":")
        found[name.strip().lower()] = value
    return found


def relaxed(name: str, value: bytes) -> bytes:
    """RFC 6376 section 3.4.2, for one header."""
    return name.lower().encode() + b":" + SPACES.sub(b" ", value).strip()


def simple(body: bytes) -> bytes:
    """RFC 6376 section 3.4.3: empty lines at the end are one line end."""
    return body.rstrip(b"\r\n") + b"\r\n"
