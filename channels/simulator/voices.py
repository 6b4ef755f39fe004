"""What a parent does with the phone in hand: writes, taps, follows, blocks."""

from secrets import token_hex
from typing import Any

from channels.simulator.state import Book, Message
from channels.simulator.telegram import Telegram
from channels.simulator.zalo import Zalo

LONGEST = 2_000


class CannotSay(ValueError):
    """This channel has no way to do that."""


class Voices:
    def __init__(self, book: Book, zalo: Zalo, telegram: Telegram) -> None:
        self.book, self.zalo, self.telegram = book, zalo, telegram

    def act(self, told: dict[str, Any]) -> str:
        """One deed: `text`, `tap`, `contact`, `follow` or `member`; returns its provider's id."""
        channel, address = str(told.get("channel")), str(told.get("address"))
        deeds = [deed for deed in ("text", "tap", "contact", "follow", "member") if deed in told]
        if len(deeds) != 1 or not address.lstrip("-").isdecimal():
            raise CannotSay("one of text, tap, contact, follow, member; and a numeric address")
        deed, value = deeds[0], told[deeds[0]]
        if channel == "zalo":
            return self._zalo(address, deed, value)
        if channel == "telegram":
            return self._telegram(address, deed, value, str(told.get("message_id", "")))
        raise CannotSay("only zalo and telegram can be answered")

    def _zalo(self, user: str, deed: str, value: object) -> str:
        if deed == "follow":
            self.book.people.setdefault(("zalo", user), {})["follows"] = bool(value)
            self.zalo.hooks.follows(user, now=bool(value))
        if deed in ("follow", "text", "tap"):
            self.zalo.interact(user)
        if deed in ("text", "tap"):
            self._show("zalo", user, str(value))
            return self.zalo.hooks.said(user, str(value)[:LONGEST])
        if deed == "contact":
            ends = {"sender": {"id": user}, "recipient": {"id": self.zalo.config.zalo_oa_id}}
            self.zalo.hooks.event("user_submit_info", {**ends, "info": value})
        return ""

    def _telegram(self, chat: str, deed: str, value: object, about: str) -> str:
        person: dict[str, Any] = {"id": int(chat), "is_bot": False, "first_name": self._name(chat)}
        room = {"id": int(chat), "type": "private", "first_name": person["first_name"]}
        base: dict[str, Any] = {"from": person, "chat": room, "date": self._now()}
        state = self.book.people.setdefault(("telegram", chat), {})
        updates = self.telegram.updates
        if deed == "member":
            state["state"] = "blocked" if value == "kicked" else "started"
            was = "member" if value == "kicked" else "kicked"
            me = self.telegram.me()
            change: dict[str, Any] = {"old_chat_member": {"user": me, "status": was}}
            change["new_chat_member"] = {"user": me, "status": value}
            return str(updates.add(my_chat_member={**base, **change}))
        if deed == "tap":
            return self._tapped(person, base, str(value), about)
        if deed == "contact":
            card = value if isinstance(value, dict) else {"phone_number": str(value)}
            card = {"first_name": person["first_name"], "user_id": int(chat), **card}
            number = self._show("telegram", chat, f"☎ {card['phone_number']}").id
            return str(updates.add(message={**base, "message_id": number, "contact": card}))
        text = str(value)
        if text.startswith("/start"):
            state["state"] = "started"
        number = self._show("telegram", chat, text).id
        said = {**base, "message_id": number, "text": text, **_command(text)}
        return str(updates.add(message=said))

    def _tapped(self, person: dict[str, Any], base: dict[str, Any], data: str, about: str) -> str:
        query = token_hex(8)
        self.telegram.queries.add(query)
        told = self.book.find("telegram", about)
        shown = {"message_id": int(about or 0), **base, "text": told.text if told else ""}
        more = {"message": shown, "chat_instance": str(person["id"]), "data": data}
        self.telegram.updates.add(callback_query={"id": query, "from": person, **more})
        return query

    def _show(self, channel: str, address: str, text: str) -> Message:
        now = self.book.clock()
        return self.book.add(Message(channel, address, text, now, outgoing=True))

    def _name(self, chat: str) -> str:
        return self.book.name("telegram", chat) or "Phụ huynh"

    def _now(self) -> int:
        return int(self.book.clock().timestamp())


def _command(text: str) -> dict[str, Any]:
    if not text.startswith("/"):
        return {}
    length = len(text.split(maxsplit=1)[0])
    return {"entities": [{"type": "bot_command", "offset": 0, "length": length}]}
