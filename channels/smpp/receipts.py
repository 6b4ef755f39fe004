"""What an SMSC says became of a short message: a deliver_sm whose text, or whose TLVs, tell it.

Source: SMPP 3.4 sections 5.2.12 (esm_class), 5.2.28 (message_state), appendix B (text).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timezone
from enum import StrEnum

from channels.smpp.pdu import ShortMessage, Tag

KIND = 0x3C  # the bits of esm_class that say what a deliver_sm is
RECEIPT, NOTIFICATION = 0x04, 0x20


class State(StrEnum):
    """Written as a receipt's text does."""

    ENROUTE = "ENROUTE"
    DELIVERED = "DELIVRD"
    EXPIRED = "EXPIRED"
    DELETED = "DELETED"
    UNDELIVERABLE = "UNDELIV"
    ACCEPTED = "ACCEPTD"
    UNKNOWN = "UNKNOWN"
    REJECTED = "REJECTD"


MEANINGS = {
    State.ENROUTE: "under way",
    State.DELIVERED: "arrived",
    State.EXPIRED: "not delivered in time",
    State.DELETED: "deleted at the SMSC",
    State.UNDELIVERABLE: "cannot be delivered",
    State.ACCEPTED: "a person of the carrier took it",
    State.UNKNOWN: "the SMSC does not know",
    State.REJECTED: "refused",
}
NUMBERED = dict(enumerate(State, 1))  # message_state
# What is neither here nor DELIVERED is no last word: under way, taken by a person, or not known.
FAILED = frozenset({State.EXPIRED, State.DELETED, State.UNDELIVERABLE, State.REJECTED})

FIELD = re.compile(r"\b(id|stat|err|done date):\s*([^\s]*)", re.IGNORECASE)
MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,64}")
DATE = re.compile(r"\d{10}(\d\d)?")  # YYMMDDhhmm, with seconds at some


@dataclass(frozen=True, slots=True)
class Report:
    """One part's state, by the id its submit_sm_resp gave, in whatever spelling."""

    message_id: str
    state: State
    error: str = ""  # the network's own code
    at: datetime | None = None


def report(message: ShortMessage, *, zone: timezone = UTC) -> Report | None:
    """Read a receipt; None for a person's message. `zone` is the SMSC's, whose text names none.

    What is a receipt but names no message, or no state that the standard knows, has the empty id
    or `State.UNKNOWN`: there is nothing to be done with it, and it is answered all the same.
    """
    tlvs = message.tlvs
    marked = message.esm_class & KIND in (RECEIPT, NOTIFICATION)
    if not marked and not (Tag.RECEIPTED_MESSAGE_ID in tlvs and Tag.MESSAGE_STATE in tlvs):
        return None
    said: dict[str, str] = {}
    for name, value in FIELD.findall(_words(message)):
        said.setdefault(name.lower(), value)  # the first: "Text:" may hold anything
    named = tlvs.get(Tag.RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0].decode("latin-1")
    named = named or said.get("id", "")
    error = said.get("err", "") or _network_error(tlvs.get(Tag.NETWORK_ERROR_CODE, b""))
    return Report(
        named if MESSAGE_ID.fullmatch(named) else "",
        _state(tlvs.get(Tag.MESSAGE_STATE, b""), said.get("stat", "")),
        error if re.fullmatch(r"[\w-]{1,12}", error, re.ASCII) else "",
        _moment(said.get("done date", ""), zone),
    )


def _words(message: ShortMessage) -> str:
    wide = message.octets[:1] == b"\0"  # an SMSC that writes its receipts in UCS-2
    return message.octets.decode("utf-16-be" if wide else "latin-1", "replace")


def _state(numbered: bytes, word: str) -> State:
    """The TLV's word when there is one, else the text's."""
    if numbered:
        return NUMBERED.get(numbered[-1], State.UNKNOWN)
    return next((state for state in State if state.value == word.upper()[:7]), State.UNKNOWN)


def _network_error(octets: bytes) -> str:
    """network_error_code: the kind of network, then its code; section 5.3.2.31."""
    return str(int.from_bytes(octets[1:3], "big")) if len(octets) == 3 else ""  # noqa: PLR2004


def _moment(date: str, zone: timezone) -> datetime | None:
    if not DATE.fullmatch(date):
        return None
    form = "%y%m%d%H%M%S" if len(date) == len("YYMMDDhhmmss") else "%y%m%d%H%M"
    try:
        return datetime.strptime(date, form).replace(tzinfo=zone)
    except ValueError:
        return None
