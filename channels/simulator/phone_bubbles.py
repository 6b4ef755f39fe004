"""Messages as a parent sees them: bubbles of three chats, letters of a mailbox."""

import re
from collections.abc import Sequence
from datetime import date
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from channels.simulator.state import Message

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
TEMPLATES = {
    path.stem: Markup(path.read_text("utf-8"))  # noqa: S704 our own files
    for path in Path(__file__).with_name("templates").glob("*.html")
}
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ Nhật")
STATES = {"accepted": "Đã gửi", "delivered": "Đã nhận", "seen": "Đã xem", "failed": "Không tới"}
LINK = re.compile(
    r"(?<![\w@/.\"])(https?://[^\s<>\"']+[\w/])|(?<![\w@/.\"-])([a-z0-9-]+(?:\.[a-z]{2,})+/[\w/.-]*\w)"
)


def bubbles(shown: Sequence[Message]) -> Markup:
    made, day = [], date.min
    for message in shown:
        at = message.at.astimezone(VIETNAM)
        if at.date() != day:
            day = at.date()
            made.append(Markup('<p class="day"><span>{}</span></p>').format(_day(day)))
        made.append(_letter(message) if message.channel == "email" else _bubble(message))
    return Markup("").join(made)


def _bubble(message: Message) -> Markup:
    body = Markup(message.html) if message.html else escape(message.text)  # noqa: S704 made safe
    return TEMPLATES["bubble"].format(
        id=message.id,
        side="mine" if message.outgoing else "theirs",
        state="" if message.outgoing else message.state,
        picture=_picture(message),
        body=_linked(body),
        buttons=_buttons(message),
        time=f"{message.at.astimezone(VIETNAM):%H:%M}",
        parts=f"{message.segments} phần" if message.segments else "",
        ticks=_ticks(message),
        again=_again(message),
    )


def _letter(message: Message) -> Markup:
    name, address = parseaddr(message.sender)
    return TEMPLATES["letter"].format(
        id=message.id,
        number=message.provider_id,
        subject=message.subject or "(không có tiêu đề)",
        sender=name or address,
        address=address,
        initials=initials(name or address),
        time=f"{message.at.astimezone(VIETNAM):%H:%M}",
        text=message.text.strip() or "(thư chỉ có bản HTML)",
        again=_again(message),
    )


def _linked(body: Markup) -> Markup:
    """Addresses become links. `body` is escaped: a match holds no quote and no bracket."""

    def link(found: re.Match[str]) -> str:
        shown = found[0]
        href = shown if found[1] else f"https://{shown}"
        return f'<a href="{href}" target="_blank" rel="noreferrer">{shown}</a>'

    return Markup(LINK.sub(link, str(body)))  # noqa: S704 see above


def _picture(message: Message) -> Markup | str:
    if message.picture.startswith("https://"):
        return Markup('<img class="pic" src="{}" alt="Ảnh kèm tin">').format(message.picture)
    return Markup('<p class="pic file">{}</p>').format(message.picture) if message.picture else ""


def _buttons(message: Message) -> Markup:
    made = Markup("").join(
        Markup('<button name="tap" value="{}"{}>{}</button>').format(
            sent, "" if sent else Markup(" disabled"), title
        )
        for title, sent in message.buttons
    )
    if not made:
        return Markup("")
    return TEMPLATES["buttons"].format(
        channel=message.channel, address=message.address, id=message.provider_id, buttons=made
    )


def _ticks(message: Message) -> Markup | str:
    if message.outgoing:
        return ""
    name = {"accepted": "one", "failed": "no"}.get(message.state, "two")
    return Markup(
        '<span class="ticks {0}"><svg aria-hidden="true">'
        '<use href="/phones/icons.svg#tick-{1}"/></svg>{2}</span>'
    ).format(message.state, name, STATES[message.state])


def _again(message: Message) -> Markup | str:
    if message.copies <= 1:
        return ""
    return Markup('<span class="again">Lặp lại: {} lần</span>').format(message.copies)


def initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[-2:]).upper() or "?"


def _day(day: date) -> str:
    name = WEEKDAYS[day.weekday()]
    return f"{name[0].upper()}{name[1:]} {day.day}/{day.month}"
