"""Everything people read is translated: no English is left over, nothing translated is unused."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "contactbook/locale/vi/LC_MESSAGES"
FILLED_IN = re.compile(r"%\(\w+\)s|\{\w*\}")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "trans": None}
Id = str | tuple[str, ...] | list[str]


@cache
def used() -> frozenset[str]:
    """The msgids of code and templates; of a plural its singular."""
    found = extract_from_dir(
        str(ROOT / "contactbook"),
        METHODS,
        {"**/templates/**.html": {"newstyle_gettext": "true", "trimmed": "false"}},
        keywords=KEYWORDS,
    )
    return frozenset(first(message) for _file, _line, message, _comments, _context in found)


def test_no_word_hides_in_an_f_string() -> None:
    """Extraction does not look into one: its words would stay English and nobody would know."""
    hidden = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in sorted((ROOT / "contactbook").rglob("*.py"))
        for formatted in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(formatted, ast.JoinedStr)
        for call in ast.walk(formatted)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in KEYWORDS
    ]
    assert hidden == []


def first(message: Id) -> str:
    return message if isinstance(message, str) else message[0]


def every(message: Id | None) -> list[str]:
    return [message] if isinstance(message, str) else list(message or ())


def catalogue(name: str) -> Catalog:
    with (LOCALE / name).open("rb") as po:
        return read_po(po, locale="vi")


def messages() -> Iterator[Message]:
    for name in sorted(path.name for path in LOCALE.glob("*.po")):
        yield from (message for message in catalogue(name) if message.id)


def test_words_were_found() -> None:
    assert len(used()) > 150


@pytest.mark.parametrize("msgid", sorted(used()))
def test_every_word_is_translated(msgid: str) -> None:
    assert any(first(message.id) == msgid and message.string for message in messages())


def test_nothing_is_translated_for_nobody() -> None:
    assert sorted(first(one.id) for one in messages() if first(one.id) not in used()) == []


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in messages() if message.fuzzy] == []


def test_a_translation_is_filled_in_by_the_same_facts() -> None:
    """A name may be left out on purpose; one that is asked for must be given."""
    for message in messages():
        given = set(FILLED_IN.findall(" ".join(every(message.id))))
        for string in every(message.string):
            assert set(FILLED_IN.findall(string)) <= given, message.id


def test_no_message_is_translated_twice() -> None:
    ids = [first(message.id) for message in messages()]
    assert sorted({one for one in ids if ids.count(one) > 1}) == []
