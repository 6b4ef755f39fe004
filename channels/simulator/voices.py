"""What a parent does with the phone in hand: writes, taps, sends a picture, follows, blocks."""

from secrets import token_hex
from typing import Any

from channels.simulator.sms import domestic
from channels.simulator.smsc import Smsc
from channels.simulator.speedsms import SpeedSms
from channels.simulator.state import Book, Message
from channels.simulator.telegram import Telegram
from channels.simulator.telegram_files import shown
from channels.simulator.zalo import Zalo
from channels.simulator.zalo_voice import DEEDS as ZALO_DEEDS
from channels.simulator.zalo_voice import ZaloVoice

LONGEST = 2_000
FILES = ("photo", "document", "voice")
TELEGRAM_DEEDS = ("text", "tap", "contact", "member", *FILES)
DEEDS = tuple(dict.fromkeys((*TELEGRAM_DEEDS, *ZALO_DEEDS)))


class CannotSay(ValueError):
    """This channel has no way to do that."""


class Voices:
    def __init__(
        self, book: Book, zalo: Zalo, telegram: Telegram, speedsms: SpeedSms, smsc: Smsc
    ) -> None:
        self.book, self.zalo, self.telegram = book, ZaloVoice(zalo), telegram
        self.speedsms, self.smsc = speedsms, smsc

    def act(self, told: dict[str, Any]) -> str:
        """One of DEEDS; returns its provider's id. `times`: the same update is told so often."""
        channel, address = str(told.get("channel")), str(told.get("address"))
        deeds = [deed for deed in DEEDS if deed in told]
        if len(deeds) != 1 or not address.lstrip("-").isdecimal():
            raise CannotSay(f"one of {', '.join(DEEDS)}; and a numeric address")
        deed = deeds[0]
        if channel == "zalo" and deed in ZALO_DEEDS:
            return self.zalo.act(address, deed, told)
        if channel == "telegram" and deed in TELEGRAM_DEEDS:
            return self._telegram(address, deed, told)
        if channel == "sms" and deed == "text" and self._sms_answers():
            return self._sms(address, str(told["text"])[:LONGEST])
        raise CannotSay("zalo, telegram, and a text by SMPP or SpeedSMS can be answered")

    def _sms(self, phone: str, text: str) -> str:
        if (known := domestic(phone)) is None:
            raise CannotSay("not a mobile number")
        shown = self._show("sms", known, text)
        if self.smsc.sessions:
            self.smsc.said(known, text)
            return str(shown.id)
        return self.speedsms.says(known, text)

    def _sms_answers(self) -> bool:
        """Whether anybody hears what is written back to a brandname's number."""
        return bool(self.smsc.sessions or self.speedsms.config.speedsms_callback_url)

    def _telegram(self, chat: str, deed: str, told: dict[str, Any]) -> str:
        value, times = told[deed], int(told.get("times", 1))
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
            return self._tapped(person, base, str(value), told)
        if deed == "contact":
            card = value if isinstance(value, dict) else {"phone_number": str(value)}
            card = {"first_name": person["first_name"], "user_id": int(chat), **card}
            number = self._show("telegram", chat, f"☎ {card['phone_number']}").id
            shared = {**base, "message_id": number, "contact": card}
            return str(updates.add(times=times, message=shared))
        if deed in FILES:
            file, caption = self.telegram.files.sent(deed, value), str(told.get("caption", ""))
            number = self._show("telegram", chat, caption or f"({file.name})").id
            words = {"caption": caption} if caption else {}
            sent = {**base, "message_id": number, **words, **shown(file)}
            return str(updates.add(times=times, message=sent))
        text = str(value)
        if text.startswith("/start"):
            state["state"] = "started"
        number = self._show("telegram", chat, text).id
        said = {**base, "message_id": number, "text": text, **_command(text)}
        return str(updates.add(times=times, message=said))

    def _tapped(
        self, person: dict[str, Any], base: dict[str, Any], data: str, asked: dict[str, Any]
    ) -> str:
        query, about = token_hex(8), str(asked.get("message_id", ""))
        self.telegram.queries.add(query)
        told = self.book.find("telegram", about)
        shown = {"message_id": int(about or 0), **base, "text": told.text if told else ""}
        more = {"message": shown, "chat_instance": str(person["id"]), "data": data}
        tapped = {"id": query, "from": person, **more}
        self.telegram.updates.add(times=int(asked.get("times", 1)), callback_query=tapped)
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
