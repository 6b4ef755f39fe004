"""A message as a Bot API call brings it: its text, its buttons, and what is wrong with it."""

from dataclasses import dataclass
from typing import Any

from channels.simulator.telegram_answers import Refused
from channels.simulator.telegram_files import File, Files
from channels.simulator.telegram_form import Call
from channels.simulator.telegram_text import CannotParse, Text, units
from channels.simulator.telegram_text import read as read_text

LONGEST_TEXT, LONGEST_CAPTION, LONGEST_DATA = 4_096, 1_024, 64
MOST_IN_A_GROUP = 10


@dataclass(frozen=True, slots=True)
class Content:
    """What is sent: words, or a file with words under it."""

    text: Text
    file: File | None = None

    @property
    def picture(self) -> str:
        if self.file is None:
            return ""
        return self.file.name if self.file.name.startswith("http") else f"Ảnh: {self.file.name}"


def content(call: Call, kind: str, files: Files) -> Content:
    """The content of sendMessage ("text"), sendPhoto ("photo") or sendDocument ("document")."""
    text = words(call, caption=kind != "text")
    return Content(text, None if kind == "text" else files.uploaded(call, kind))


def group(call: Call, files: Files) -> list[Content]:
    """SendMediaGroup: two to ten files, each with its own words."""
    media = call.nested("media")
    if not isinstance(media, list) or not 1 < len(media) <= MOST_IN_A_GROUP:
        raise Refused("Bad Request: wrong number of media in the group")
    made = []
    for one in media:
        kind = one.get("type") if isinstance(one, dict) else None
        if kind not in ("photo", "document"):
            raise Refused("Bad Request: can't parse InputMedia")
        part = Call({**one, kind: one.get("media", "")}, call.files)
        made.append(content(part, kind, files))
    return made


def words(call: Call, *, caption: bool) -> Text:
    written = call.text("caption" if caption else "text")
    try:
        text = read_text(written, call.text("parse_mode"))
    except CannotParse as why:
        raise Refused(f"Bad Request: can't parse entities: {why}") from None
    if not caption and not text.plain:
        raise Refused("Bad Request: message text is empty")
    if units(text.plain) > (LONGEST_CAPTION if caption else LONGEST_TEXT):
        raise Refused(f"Bad Request: message {'caption ' if caption else ''}is too long")
    return text


def buttons(call: Call) -> tuple[tuple[str, str], ...]:
    """Titles and what a tap sends; those of a keyboard in the place of letters send nothing."""
    markup: Any = call.nested("reply_markup")
    told = markup if isinstance(markup, dict) else {}
    try:
        under = [(str(b.get("text", "")), str(b.get("callback_data", "")))
                 for row in told.get("inline_keyboard", []) for b in row]  # fmt: skip
        below = [(str(b.get("text", "")), "") for row in told.get("keyboard", []) for b in row]
    except (AttributeError, TypeError):
        raise Refused("Bad Request: can't parse inline keyboard button") from None
    if any(len(data.encode("utf-8", "replace")) > LONGEST_DATA for _, data in under):
        raise Refused("Bad Request: BUTTON_DATA_INVALID")
    return (*under, *below)
