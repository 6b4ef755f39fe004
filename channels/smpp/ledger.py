"""Which of our messages an SMSC's id means, and when a message of several parts has arrived. Pure.

Nothing here is written to disk. After a restart a receipt finds its delivery by `key` alone: the
provider_id of a delivery is the key of its *last* part. Parts leave one after the other and an
SMSC delivers them so: the word on the last is the nearest there is to a word on all.

Some SMSCs answer a submit_sm with a hexadecimal id ("0000A1B2") and name it in decimal ("41394")
in the receipt. `Spelling` says so; AUTO finds out, and is sure as soon as one id holds a letter.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from channels.smpp.receipts import FAILED, Report, State

MOST = 50_000  # parts remembered, a few hundred bytes each
MOST_UNCLAIMED = 1_000
DECIMAL = re.compile(r"[0-9]{1,20}")
HEX = re.compile(r"[0-9A-Fa-f]{1,16}")


class Spelling(StrEnum):
    AUTO = "auto"
    SAME = "same"  # as it is in submit_sm_resp, but for zeros in front and capital letters
    HEX = "hex"  # submit_sm_resp in hexadecimal, receipts in decimal
    DECIMAL = "decimal"  # the other way round


@dataclass(slots=True, eq=False)
class Message:
    """One message on its way: the ids of its parts as they become known."""

    reference: UUID
    total: int
    sent_at: datetime
    ids: list[str] = field(default_factory=list)
    arrived: set[str] = field(default_factory=set)
    failed: bool = False


class Ledger:
    def __init__(self, spelling: Spelling = Spelling.AUTO) -> None:
        self._told = self._spelling = spelling  # as the account says; as we know by now
        self._messages: OrderedDict[str, Message] = OrderedDict()  # by plain id
        self._unclaimed: OrderedDict[str, tuple[Report, datetime]] = OrderedDict()

    def took(self, message: Message, message_id: str) -> Report | None:
        """Note the id that a part was given; a report on it that came before, and found nobody."""
        given = plain(message_id)
        message.ids.append(given)
        self._messages[given] = message
        if len(self._messages) > MOST:
            self._messages.popitem(last=False)
        for spelt in self._in_receipts(given):
            early, at = self._unclaimed.get(spelt, (None, message.sent_at))
            if early and at >= message.sent_at:  # else it is of an older message with this id
                return self._unclaimed.pop(spelt)[0]
        return None

    def find(self, report: Report) -> Message | None:
        """Whose part it is."""
        return self._messages.get(self._ours(report.message_id))

    def unclaimed(self, report: Report, *, now: datetime) -> None:
        """Keep a report that names no message of this process: its answer may still come."""
        self._unclaimed[plain(report.message_id)] = report, now
        if len(self._unclaimed) > MOST_UNCLAIMED:
            self._unclaimed.popitem(last=False)

    def heard(self, message: Message, report: Report) -> bool:
        """Note a part's state; whether that is the last word on the whole message."""
        if report.state is State.DELIVERED:
            message.arrived.add(self._ours(report.message_id))
            return len(message.arrived) == message.total and not message.failed
        message.failed = message.failed or report.state in FAILED
        return report.state in FAILED

    def key(self, message_id: str) -> str:
        """The id of a submit_sm_resp, as its delivery is filed; see `receipt_key`."""
        given = plain(message_id)
        return _decimal(given) if self._spelling is Spelling.HEX else self._filed(given)

    def receipt_key(self, message_id: str) -> str:
        """The id of a receipt, as the delivery it means was filed, perhaps by another process."""
        given = plain(message_id)
        return _decimal(given) if self._told is Spelling.DECIMAL else self._filed(given)

    def _filed(self, given: str) -> str:
        """Under AUTO whatever holds a letter is filed in decimal: both spellings are the same."""
        auto = self._told is Spelling.AUTO
        return _decimal(given) if auto and not given.isdecimal() else given

    def _ours(self, message_id: str) -> str:
        """The id of a receipt as its submit_sm_resp wrote it."""
        given = plain(message_id)
        if self._told is Spelling.AUTO:
            self._learn(given)
        match self._spelling:
            case Spelling.HEX:
                return _hexadecimal(given)
            case Spelling.DECIMAL:
                return _decimal(given)
        return given

    def _learn(self, given: str) -> None:
        """One letter betrays how an SMSC writes; later letters may correct that.

        Digits alone that lead to an id with a letter mean HEX even when they are an id themselves:
        where both sides are alike, the receipt of the older id had shown its letter before.
        """
        if not given.isdecimal():
            if given in self._messages:
                self._spelling = Spelling.SAME
            elif _decimal(given) in self._messages:
                self._spelling = Spelling.DECIMAL
        elif self._spelling is Spelling.AUTO:
            other = _hexadecimal(given)
            if not other.isdecimal() and other in self._messages:
                self._spelling = Spelling.HEX

    def _in_receipts(self, given: str) -> tuple[str, ...]:
        """How a receipt may spell what a submit_sm_resp calls `given`."""
        match self._spelling:
            case Spelling.HEX:
                return (_decimal(given),)
            case Spelling.DECIMAL:
                return (_hexadecimal(given),)
            case Spelling.AUTO if not given.isdecimal():
                return given, _decimal(given)
        return (given,)


def plain(message_id: str) -> str:
    """Without what differs between two writings of one id in one base."""
    if HEX.fullmatch(message_id) or DECIMAL.fullmatch(message_id):
        return message_id.lower().lstrip("0") or "0"
    return message_id


def _decimal(given: str) -> str:
    return str(int(given, 16)) if HEX.fullmatch(given) else given


def _hexadecimal(given: str) -> str:
    return f"{int(given):x}" if DECIMAL.fullmatch(given) else given
