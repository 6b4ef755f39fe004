"""What becomes of every text before it leaves by SMS, whoever carries it: words, form, price."""

import re
from dataclasses import dataclass

from channels.accounts import SmsAccount
from channels.http import VIETNAM, Clock
from channels.prices import PriceTable, carrier_of, known
from channels.settings import ChannelSettings
from channels.sms_templates import registered
from channels.sms_text import Alphabet, alphabet, nfc, segments, unaccented
from contactbook.ports.channel import GiveUp, NotReachable, Outgoing, Quote

NUMBER = re.compile(r"\+84([0-9]{9})")
WRITTEN = {"&": " va "}  # in words, what a provider may not carry; anything else leaves a gap


@dataclass(frozen=True, slots=True)
class Ready:
    """An SMS as it leaves."""

    subscriber: str  # the nine digits after +84
    text: str
    units: int
    cost_vnd: int

    @property
    def unicode(self) -> bool:
        return alphabet(self.text) is Alphabet.UCS2


class Sms:
    """The rules of one account."""

    def __init__(self, account: SmsAccount, settings: ChannelSettings, now: Clock) -> None:
        def ours(own: object, machine: object) -> object:
            return machine if own is None else own

        self._now = now
        self._accented = bool(ours(account.accented, settings.sms_accented))
        self._forbidden = str(ours(account.forbidden, settings.sms_forbidden))
        self._most = account.max_parts or settings.sms_max_parts
        self._templates = account.templates or settings.sms_templates
        self._prices = PriceTable(
            account.prices or settings.sms_prices,
            str(ours(account.sector, settings.sms_sector)),
            settings.sms_price_vnd,
        )

    def ready(self, message: Outgoing) -> Ready:
        """Raises GiveUp or NotReachable for what is better refused here than at a price."""
        number = NUMBER.fullmatch(message.address)
        if not number:
            raise NotReachable("not a Vietnamese number")
        quote = self.quote(message.body, message.address, message.carrier)
        if why := self.refused(quote, message.template):
            raise GiveUp(why)
        return Ready(number[1], quote.text, quote.segments, quote.cost_vnd)

    def quote(self, body: str, to: str = "", carrier: str = "") -> Quote:
        text = self.written(body)
        units = segments(text) if text else 0  # nothing leaves
        today = self._now().astimezone(VIETNAM).date()
        price = self._prices.segment(known(carrier) or carrier_of(to), today)
        return Quote(text, units, alphabet(text).value, units * price)

    def written(self, body: str) -> str:
        """`body` in the letters that will be sent."""
        text = nfc(body) if self._accented else unaccented(body)
        if not self._forbidden:
            return text
        words = (self._allowed(word) for word in re.split(r"(\s+)", text))
        return re.sub(r" {2,}", " ", "".join(words)).strip()

    def refused(self, quote: Quote, kind: str = "") -> str:
        """Why a text must not leave, without its words; nothing when it may."""
        if not quote.text:
            return "nothing is left of the text"
        if quote.segments > self._most:
            return f"{quote.segments} segments, at most {self._most} are allowed"
        if any(sign in quote.text for sign in self._forbidden):
            return "a link holds a character that the provider refuses"
        if self._templates and not registered(self._templates, kind, quote.text):
            return f"no registered template of the kind {kind[:40]!r} has this form"
        return ""

    def _allowed(self, word: str) -> str:
        if "." in word and "/" in word:  # a link, which a changed character would break
            return word
        return "".join(WRITTEN.get(sign, " ") if sign in self._forbidden else sign for sign in word)
