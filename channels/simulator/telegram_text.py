"""Telegram's HTML: the plain text and entities that the server reads, and a safe form to show."""

from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Any, TypeGuard

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "span": "spoiler",
}
SHOWN = {"text_link": "a", "spoiler": "span"}  # the rest as they are


class CannotParse(ValueError):
    """The reason, as Telegram words it after "can't parse entities: "."""


@dataclass(slots=True)
class Text:
    plain: str
    entities: list[dict[str, Any]] = field(default_factory=list)
    shown: str = ""  # safe HTML


def units(text: str) -> int:
    """Length in UTF-16 units: Telegram counts offsets so."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read(text: str, parse_mode: str) -> Text:
    """What a message says; Markdown is taken as it stands, nobody here sends it."""
    if parse_mode.lower() != "html":
        return Text(text.strip(), [], escape(text.strip()))
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.result()


def _is_web(href: str | None) -> TypeGuard[str]:
    return bool(href) and str(href).startswith(("https://", "http://"))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.plain: list[str] = []
        self.shown: list[str] = []
        self.entities: list[dict[str, Any]] = []
        self.open: list[tuple[str, dict[str, Any]]] = []

    def _here(self) -> int:
        return units("".join(self.plain))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise CannotParse(f'Unsupported start tag "{tag}" at byte offset {self.getpos()[1]}')
        entity: dict[str, Any] = {"type": TAGS[tag], "offset": self._here()}
        href = dict(attrs).get("href")
        if tag == "a" and href:
            entity["url"] = href
        self.open.append((tag, entity))
        safe = f' href="{escape(href)}" target="_blank" rel="noreferrer"' if _is_web(href) else ""
        self.shown.append(f"<{SHOWN.get(TAGS[tag], tag)}{safe}>")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise CannotParse(f"Unexpected end tag at byte offset {self.getpos()[1]}")
        _, entity = self.open.pop()
        entity["length"] = self._here() - entity["offset"]
        if entity["length"]:
            self.entities.append(entity)
        self.shown.append(f"</{SHOWN.get(TAGS[tag], tag)}>")

    def handle_data(self, data: str) -> None:
        self.plain.append(data)
        self.shown.append(escape(data))

    def result(self) -> Text:
        if self.open:
            raise CannotParse(
                f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"'
            )
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return Text("".join(self.plain).strip(), self.entities, "".join(self.shown).strip())
