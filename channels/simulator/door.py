"""The stage door of the simulators, `/_simulator/…`: for tests and the demo only.

GET    messages?channel=&address=&since=&limit=   what arrived
DELETE messages                                   forget it
POST   script      {"channel", "address" or "*", "outcomes": […]}     faults.py has the words
POST   conditions  {"channel" or "*", "down", "how": 503|502|reset|hang, "slow"}
DELETE faults                                     scripts and conditions
POST   contacts    [{"channel", "address", "name", "about"}]          whose phone it is
POST   people      {"channel", "address", …}      what the provider knows of a user:
zalo follows blocked inactive unknown last_interaction (ISO or null) shared (what she gave away)
restricted (true, or the kinds of message she refuses: "cs", a template's tag)
zbs (by number) unknown deaf inactive blocked restricted (true, or tags)
telegram state: started|blocked|deactivated|stranger|unknown    sms blocked
POST   say         {"channel", "address", "text"|"tap"|"contact"|"follow"|"member"
|"photo"|"document"|"voice": {"name", "data" (base64), "size"}, "caption"; "times": told so often
Zalo, too: "chatnow", "event": {"event_name", …} (any event)}
GET    state       how much waits; whether Zalo's webhook is still enabled
"""

from collections.abc import Callable
from itertools import islice
from typing import Any

from channels.simulator.courier import Courier
from channels.simulator.faults import EVERY, BadScript, Faults
from channels.simulator.mail import opened
from channels.simulator.sms import domestic
from channels.simulator.state import CHANNELS, Book, Message
from channels.simulator.voices import CannotSay, Voices
from channels.simulator.wire import Reply, Request, as_json

PREFIX = "/_simulator/"
MOST = 10_000  # messages in one answer
PROFILE = {
    "zalo": {
        "follows",
        "blocked",
        "restricted",
        "inactive",
        "unknown",
        "last_interaction",
        "shared",
    },
    "zbs": {"unknown", "deaf", "inactive", "restricted", "blocked"},
    "telegram": {"state"},
    "sms": {"blocked"},
    "email": set[str](),
}


class Door:
    def __init__(self, book: Book, faults: Faults, courier: Courier, voices: Voices) -> None:
        self.book, self.faults, self.courier, self.voices = book, faults, courier, voices
        self.deeds: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "messages"): self._messages,
            ("DELETE", "messages"): lambda _: self.book.clear(),
            ("POST", "script"): self._script,
            ("POST", "conditions"): self._conditions,
            ("DELETE", "faults"): lambda _: self.faults.clear(),
            ("POST", "contacts"): self._contacts,
            ("POST", "people"): self._people,
            ("POST", "say"): self._say,
            ("GET", "state"): self._state,
        }

    async def answer(self, request: Request) -> Reply:
        deed = self.deeds.get((request.method, request.path.removeprefix(PREFIX).rstrip("/")))
        if deed is None:
            return as_json({"error": "no such door; channels/simulator/door.py lists them"}, 404)
        try:
            result = deed(request)
        except (BadScript, CannotSay, KeyError, TypeError, ValueError, AttributeError) as error:
            return as_json({"error": f"{type(error).__name__}: {error}"}, 400)
        return Reply(204) if result is None else as_json(result)

    def _messages(self, request: Request) -> dict[str, Any]:
        asked = request.query
        since, channel = int(asked.get("since") or 0), asked.get("channel", "")
        address = normal(channel, asked.get("address", ""))
        most = min(int(asked.get("limit") or MOST), MOST)
        found = self.book.since(since, channel)
        chosen = (m for m in found if not m.outgoing and address in ("", m.address))
        told = [as_told(message) for message in islice(chosen, most)]
        last = told[-1]["id"] if told else since
        return {"messages": told, "last": last, "more": len(told) == most}

    def _script(self, request: Request) -> dict[str, int]:
        told = request.json()
        channel = _channel(told)
        address = normal(channel, str(told["address"]))
        lines = told["outcomes"]
        if not isinstance(lines, list):
            raise BadScript("outcomes is a list")
        return {"waiting": self.faults.script(channel, address, lines)}

    def _conditions(self, request: Request) -> None:
        told = dict(request.json())
        channel = _channel(told, EVERY)
        self.faults.condition(channel, {k: v for k, v in told.items() if k != "channel"})

    def _contacts(self, request: Request) -> dict[str, int]:
        cards = request.json()
        for card in cards:
            channel = _channel(card)
            address = normal(channel, str(card["address"]))
            words = str(card.get("name", "")), str(card.get("about", ""))
            self.book.label(channel, address, *words)
        return {"contacts": len(cards)}

    def _people(self, request: Request) -> None:
        told = dict(request.json())
        channel = _channel(told)
        key = channel, normal(channel, str(told.pop("address")))
        del told["channel"]
        if strange := set(told) - PROFILE[channel]:
            raise BadScript(f"{channel} knows nothing of {sorted(strange)}")
        self.book.people.setdefault(key, {}).update(told)

    def _say(self, request: Request) -> dict[str, str]:
        return {"id": self.voices.act(request.json())}

    def _state(self, _: Request) -> dict[str, Any]:
        hooks, tokens = self.voices.zalo.zalo.hooks, self.voices.zalo.zalo.tokens
        return {
            "messages": len(self.book.messages),
            "phones": len(self.book.phones),
            "callbacks": self.courier.waiting,
            "telegram_updates": len(self.voices.telegram.updates.waiting),
            "zalo_webhook_enabled": not hooks.disabled,
            "zalo_tokens": {"spent": tokens.spent, "refused": tokens.refused},
        }


def normal(channel: str, address: str) -> str:
    """An address as its simulator files it."""
    if channel == "sms":
        return domestic(address) or address
    if channel == "zbs":
        return address.removeprefix("+")
    return address.lower() if channel == "email" else address


def as_told(message: Message) -> dict[str, Any]:
    """A message for a test or a script to read."""
    mail = opened(message)
    return {
        "id": mail.id,
        "channel": mail.channel,
        "address": mail.address,
        "reference": mail.reference,
        "provider_id": mail.provider_id,
        "sender": mail.sender,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "segments": mail.segments,
        "buttons": [list(button) for button in mail.buttons],
        "picture": mail.picture,
        "at": mail.at.isoformat(),
        "state": mail.state,
        "copies": mail.copies,
    }


def _channel(told: dict[str, Any], *more: str) -> str:
    channel = str(told["channel"])
    if channel not in (*CHANNELS, *more):
        raise BadScript(f"no channel {channel!r}")
    return channel
