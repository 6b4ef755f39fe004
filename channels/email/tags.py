"""Our reference in an address, with a seal: what comes back to it is about a letter of ours.

bounce+<reference>.<seal>@…   the envelope's sender (VERP): relays report there
unsub+<reference>.<seal>@…    what a mail program may write to instead of the one-click address
<<reference>.<seal>@…>        Message-ID: all that some complaints still hold of the letter
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from uuid import UUID

from pydantic import SecretStr

from contactbook.ports.channel import Forged

SEAL = 20  # hexadecimal digits: 80 bits, and the local part stays below its 64 characters
TAG = re.compile(rf"(?<![0-9a-f])([0-9a-f]{{32}})\.([0-9a-f]{{{SEAL}}})(?=@)", re.IGNORECASE)


class Tags:
    def __init__(self, secret: SecretStr) -> None:
        plain = secret.get_secret_value().encode()
        self._key = hashlib.sha256(b"bounce tags:" + plain).digest()

    def of(self, reference: UUID) -> str:
        return f"{reference.hex}.{self._seal(reference)}"

    def reference(self, texts: Iterable[str]) -> UUID | None:
        """The reference in the first tag that is ours; none at all: None; only others: Forged."""
        found = [(UUID(name), seal.lower()) for text in texts for name, seal in TAG.findall(text)]
        for reference, seal in found:
            if hmac.compare_digest(seal, self._seal(reference)):
                return reference
        if found:
            raise Forged("a bounce whose tag we did not make")
        return None

    def _seal(self, reference: UUID) -> str:
        return hmac.new(self._key, reference.bytes, hashlib.sha256).hexdigest()[:SEAL]
