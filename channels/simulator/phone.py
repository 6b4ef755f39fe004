"""The parents' phones, to be looked at: one list of people, one phone in hand.

Every part is rendered here; the script of the page only asks for fresh parts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from channels.simulator import phone_view as view
from channels.simulator.mail import opened
from channels.simulator.state import CHANNELS, Book, Phone, folded
from channels.simulator.voices import CannotSay, Voices
from channels.simulator.wire import Reply, Request, as_html, as_json

STATIC = Path(__file__).with_name("static")
KINDS = {".css": b"text/css; charset=utf-8", ".js": b"text/javascript", ".svg": b"image/svg+xml"}
FILES = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir()) if path.suffix in KINDS}
MOST_ROWS = 80
MOST_BUBBLES = 120
POLICY = (
    b"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    b"img-src 'self' https: data:; frame-src 'self'; form-action 'self'; base-uri 'none'"
)
MAIL_POLICY = (
    b"sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    b"style-src 'unsafe-inline'; img-src data: https:"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page says: a filter, a search, a phone."""

    channel: str = ""
    words: str = ""
    to: tuple[str, str] = ("", "")

    def link(self, **change: str) -> str:
        now = {"channel": self.channel, "q": self.words, "to": ":".join(self.to).strip(":")}
        return "/phones?" + urlencode({k: v for k, v in {**now, **change}.items() if v})


def asked(request: Request) -> Asked:
    told = request.query
    channel, _, address = told.get("to", "").partition(":")
    kind = told.get("channel", "")
    return Asked(kind if kind in CHANNELS else "", told.get("q", "")[:80], (channel, address))


class Phones:
    def __init__(self, book: Book, voices: Voices) -> None:
        self.book, self.voices = book, voices

    async def answer(self, request: Request) -> Reply:  # noqa: PLR0911 one line for each page
        path = request.path.rstrip("/")
        if request.method == "POST" and path == "/phones/say":
            return self._say(request)
        if request.method not in ("GET", "HEAD"):
            return as_html("", 405)
        if path in ("", "/phones"):
            return self._page(asked(request))
        if path == "/phones/live":
            return self._live(request)
        if path.startswith("/phones/mail/"):
            return self._mail(path.rpartition("/")[2])
        file = path.removeprefix("/phones/")
        if file in FILES:
            cache = ((b"cache-control", b"max-age=60"),)
            return Reply(200, FILES[file], KINDS[Path(file).suffix], cache)
        return as_html(view.missing(), 404)

    def _page(self, wanted: Asked) -> Reply:
        chosen = self.book.phones.get(wanted.to)
        page = view.page(
            wanted,
            people=self._people(wanted),
            chats=self._chats(wanted, chosen),
            in_hand=chosen is not None,
            counts=self.book.counts,
            version=self.book.version,
        )
        reply = as_html(page)
        safe = ((b"content-security-policy", POLICY), (b"cache-control", b"no-store"))
        return Reply(reply.status, reply.body, reply.kind, safe)

    def _live(self, request: Request) -> Reply:
        """Fresh parts, when anything has changed since `seen`."""
        wanted, words = asked(request), request.query.get("seen", "")
        seen = int(words) if words.isdecimal() else -1
        if seen == self.book.version:
            return Reply(204)
        chosen = self.book.phones.get(wanted.to)
        parts = {"version": self.book.version, "people": self._people(wanted)}
        if chosen is None or chosen.version > seen:
            parts["chats"] = self._chats(wanted, chosen)
        return as_json({**parts, "filters": view.filters(wanted, self.book.counts)})

    def _people(self, wanted: Asked) -> str:
        """One row for a person, however many addresses she has; the last written to first."""
        rows: dict[tuple[str, str], list[Phone]] = {}
        for phone in self._matching(wanted):
            if phone.person in rows:
                continue
            if len(rows) == MOST_ROWS:
                return view.people(wanted, list(rows.values()), more=True)
            hers = self.book.owners[phone.person].values()
            rows[phone.person] = [
                phone,
                *(one for one in hers if one is not phone and wanted.channel in ("", one.channel)),
            ]
            if phone.messages:
                opened(phone.messages[-1])
        return view.people(wanted, list(rows.values()), more=False)

    def _matching(self, wanted: Asked) -> Iterable[Phone]:
        words = [f" {word}" for word in folded(wanted.words).split()]
        for phone in reversed(self.book.phones.values()):
            if wanted.channel in ("", phone.channel) and all(w in phone.sought for w in words):
                yield phone

    def _chats(self, wanted: Asked, chosen: Phone | None) -> str:
        if chosen is None:
            return view.nobody(empty=not self.book.phones)
        shown = [opened(message) for message in list(chosen.messages)[-MOST_BUBBLES:]]
        hers = list(self.book.owners[chosen.person].values())
        return view.phone(wanted, chosen, shown, hers)

    def _mail(self, number: str) -> Reply:
        wanted = self.book.find("email", number)
        if wanted is None:
            return as_html(view.missing(), 404)
        body = view.mail_body(opened(wanted)).encode("utf-8", "replace")
        return Reply(
            200, body, b"text/html; charset=utf-8", ((b"content-security-policy", MAIL_POLICY),)
        )

    def _say(self, request: Request) -> Reply:
        """The parent writes or taps; a foreign page may not."""
        origin, host = request.header(b"origin"), request.header(b"host")
        if origin and origin.partition("://")[2] != host:
            return as_html("", 403)
        form = {name: value.strip() for name, value in request.form.items() if value.strip()}
        wanted = Asked(to=(form.get("channel", ""), form.get("address", "")))
        try:
            self.voices.act(form)
        except (CannotSay, ValueError):
            return as_html(view.missing(), 400)
        return Reply(303, headers=((b"location", wanted.link().encode()),))
