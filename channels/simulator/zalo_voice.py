"""What a parent does in Zalo: writes, taps, sends a picture, gives her number, follows, leaves."""

import base64
from secrets import token_hex
from typing import Any

from channels.simulator.state import Message
from channels.simulator.zalo import FILES, Zalo

LONGEST = 2_000
SENT = {"photo": "image", "document": "file", "voice": "audio"}  # and what Zalo calls them
DEEDS = ("text", "tap", "contact", "follow", "chatnow", "event", *SENT)
INTERACTIONS = {"text", "tap", "follow", "chatnow", *SENT}


class ZaloVoice:
    def __init__(self, zalo: Zalo) -> None:
        self.zalo, self.book = zalo, zalo.book

    def act(self, user: str, deed: str, told: dict[str, Any]) -> str:
        """One of DEEDS; returns the msg_id, where the event has one. `times`: told so often."""
        value, times, hooks = told[deed], int(told.get("times", 1)), self.zalo.hooks
        if deed in INTERACTIONS:
            self.zalo.people.interact(user)
        if deed in ("text", "tap"):
            self._show(user, self._title(user, str(value)) if deed == "tap" else str(value))
            return hooks.said(user, str(value)[:LONGEST], times)
        if deed in SENT:
            return self._file(user, deed, told, times)
        fields: dict[str, Any]
        if deed == "follow":
            self.book.people.setdefault(("zalo", user), {})["follows"] = bool(value)
            fields = {"oa_id": self.zalo.config.zalo_oa_id, "follower": {"id": user}}
            fields |= {"user_id_by_app": user[::-1], "source": "oa_profile"}
            hooks.event("follow" if value else "unfollow", fields, times=times)
        elif deed == "contact":
            fields = hooks.parties(user, ours=False) | {"info": _card(value)}
            self._show(user, f"☎ {fields['info'].get('phone', '')}")
            hooks.event("user_submit_info", fields, times=times)
        elif deed == "chatnow":
            fields = {"oa_id": self.zalo.config.zalo_oa_id, "user_id": user}
            hooks.event("user_click_chatnow", fields, times=times)
        else:
            fields = {key: one for key, one in value.items() if key != "event_name"}
            hooks.event(str(value["event_name"]), fields, times=times)
        return ""

    def _file(self, user: str, deed: str, told: dict[str, Any], times: int) -> str:
        """`value` is {"name", "data" (base64)}, or an address somewhere else."""
        value, caption = told[deed], str(told.get("caption", ""))
        url = str(value) if isinstance(value, str) else self._kept(deed, value)
        kind, msg_id = SENT[deed], token_hex(10)
        attachment = {"type": kind, "payload": {"url": url, "thumbnail": url}}
        message: dict[str, Any] = {"attachments": [attachment], "msg_id": msg_id}
        message |= {"text": caption} if caption else {}
        self._show(user, caption or f"({kind})")
        fields = self.zalo.hooks.parties(user, ours=False) | {"message": message}
        self.zalo.hooks.event(f"user_send_{kind}", fields, times=times)
        return msg_id

    def _kept(self, deed: str, value: dict[str, Any]) -> str:
        name = f"{token_hex(8)}-{value.get('name', deed)}"
        media_type = {"photo": b"image/jpeg", "voice": b"audio/aac"}.get(deed, b"application/pdf")
        self.zalo.files[name] = media_type, base64.b64decode(value["data"])
        return f"{self.zalo.base}{FILES}{name}"

    def _title(self, user: str, sent: str) -> str:
        """What stands on the button of hers that sends `sent`: what she believes to have said."""
        for message in reversed(self.book.phone("zalo", user).messages):
            for title, payload in message.buttons:
                if payload == sent:
                    return title
        return sent

    def _show(self, user: str, text: str) -> None:
        self.book.add(Message("zalo", user, text, self.book.clock(), outgoing=True))


def _card(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"name": "", "phone": str(value)}
