"""The page's tables, each between two marks; everything else on it is written by people."""

import re
from collections.abc import Iterable

from channels.tables.codes import SECTIONS
from channels.tables.lines import DEEDS, Line
from contactbook.ports.channel import SendFailed

BLOCK = re.compile(r"(<!-- channels\.tables: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
CODES = ("provider", "code", "meaning", "class", "what we do", "test")
KINDS = ("failure", "the message", "the person's address", "the account")


def renewed(page: str) -> str:
    """The page with its tables as they are now. Raises ValueError when one has no place on it."""
    written = {"kinds": kinds(), "codes": codes()}
    marked = [block[2] for block in BLOCK.finditer(page)]
    if sorted(marked) != sorted(written):
        raise ValueError(f"the page has places for {marked}, not once for each of {list(written)}")
    return BLOCK.sub(lambda block: f"{block[1]}\n{written[block[2]]}\n{block[3]}", page)


def kinds() -> str:
    rows = (
        (_named(kind), deed.message, deed.person or "–", deed.account or "–")
        for kind, deed in DEEDS.items()
    )
    return _table(KINDS, (f"| {' | '.join(row)} |" for row in rows))


def codes() -> str:
    return "\n".join(
        f"### {title}\n\n{_table(CODES, _told(found))}" for title, found in SECTIONS.items()
    )


def _told(lines: Iterable[Line]) -> Iterable[str]:
    return (str(line) for line in lines)


def _named(kind: type[SendFailed]) -> str:
    """A refinement stands under what it refines."""
    depth = len(kind.__mro__) - len(SendFailed.__mro__) - 1
    return "↳ " * depth + f"**{kind.__name__}**"


def _table(head: tuple[str, ...], rows: Iterable[str]) -> str:
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows, ""])
