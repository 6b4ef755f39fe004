"""A person's message that an SMSC tells twice, because our answer to the first did not reach it.

A deliver_sm has no id. The same words from the same phone are a repeat while the first are being
written down, and for some time on another connection. On one connection she wrote them twice.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 1_000
MEMORY = 600.0  # seconds; an SMSC that was cut off comes again within minutes


class StillWriting(Exception):
    """The first telling is not kept yet: nobody can say whether the second is needed."""


class Repeats:
    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[str, float]] = OrderedDict()  # on which session, when
        self._writing: set[bytes] = set()

    @contextmanager
    def first(self, session: str, body: bytes, now: float) -> Iterator[bool]:
        """Whether `body` is new on `session`; forgotten when the block fails."""
        digest = hashlib.sha256(body).digest()
        if digest in self._writing:
            raise StillWriting
        where, when = self._kept.get(digest, (session, now))
        if where != session and now - when < MEMORY:
            self._kept[digest] = session, now
            yield False
            return
        self._writing.add(digest)
        try:
            yield True
        finally:
            self._writing.discard(digest)
        self._kept[digest] = session, now
        self._kept.move_to_end(digest)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
