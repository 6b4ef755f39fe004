"""Every command_status we know, what it means, and what becomes of the message: as data.

Source: SMPP 3.4 section 5.1.3; the verdicts: reference/sms.md section 4. A code that is not here
is OutcomeUnknown: the SMSC may have taken the message, and bill it.
"""

from dataclasses import dataclass

from contactbook.ports.channel import (
    AccountUnusable,
    GiveUp,
    NotReachable,
    OutcomeUnknown,
    SendFailed,
    Throttled,
    TryAgain,
)

TAKEN = 0x00


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    meaning: str
    verdict: type[SendFailed]


STATUSES: dict[int, Row] = {
    # Come back later. The first two slow the whole account down.
    0x58: Row("ESME_RTHROTTLED", "more messages a second than the account may send", Throttled),
    0x14: Row("ESME_RMSGQFUL", "the SMSC's queue is full", Throttled),
    0x08: Row("ESME_RSYSERR", "a fault of the SMSC's own", TryAgain),
    0x64: Row("ESME_RX_T_APPN", "a passing fault behind the SMSC", TryAgain),
    # This number.
    0x0B: Row("ESME_RINVDSTADR", "the number is not valid", NotReachable),
    # This message: no later try can pass.
    0x01: Row("ESME_RINVMSGLEN", "the text is too long", GiveUp),
    0x02: Row("ESME_RINVCMDLEN", "the PDU's length is wrong", GiveUp),
    0x06: Row("ESME_RINVPRTFLG", "the priority is not valid", GiveUp),
    0x07: Row("ESME_RINVREGDLVFLG", "a receipt may not be asked for", GiveUp),
    0x0A: Row("ESME_RINVSRCADR", "the brandname is not registered", GiveUp),
    0x43: Row("ESME_RINVESMCLASS", "messages in parts are not taken", GiveUp),
    0x45: Row("ESME_RSUBMITFAIL", "the message is refused", GiveUp),
    0x48: Row("ESME_RINVSRCTON", "the brandname's type of number is not valid", GiveUp),
    0x49: Row("ESME_RINVSRCNPI", "the brandname's numbering plan is not valid", GiveUp),
    0x50: Row("ESME_RINVDSTTON", "the number's type of number is not valid", GiveUp),
    0x51: Row("ESME_RINVDSTNPI", "the number's numbering plan is not valid", GiveUp),
    0x65: Row("ESME_RX_P_APPN", "a lasting fault behind the SMSC", GiveUp),
    0x66: Row("ESME_RX_R_APPN", "refused behind the SMSC", GiveUp),
    # This account: nothing leaves until a person has looked at it.
    0x03: Row("ESME_RINVCMDID", "the SMSC does not know the command", AccountUnusable),
    0x04: Row("ESME_RINVBNDSTS", "this kind of bind may not send", AccountUnusable),
    0x05: Row("ESME_RALYBND", "the account is bound already, elsewhere", AccountUnusable),
    0x0D: Row("ESME_RBINDFAIL", "the bind is refused", AccountUnusable),
    0x0E: Row("ESME_RINVPASWD", "the password is wrong", AccountUnusable),
    0x0F: Row("ESME_RINVSYSID", "the system_id is wrong", AccountUnusable),
    0x15: Row("ESME_RINVSERTYP", "the service type is not the account's", AccountUnusable),
    0x53: Row("ESME_RINVSYSTYP", "the system_type is wrong", AccountUnusable),
    # The SMSC itself cannot say.
    0xFF: Row("ESME_RUNKNOWNERR", "an error without a name", OutcomeUnknown),
}

# What happens around the answers.
ON_THE_WIRE: tuple[tuple[str, type[SendFailed], str], ...] = (
    ("nobody listens, or no answer to the bind", TryAgain, "the message never left"),
    ("no submit_sm_resp in time, or hung up before it", OutcomeUnknown, "it may have been taken"),
    ("a refused bind", AccountUnusable, "as the status says; no message has left"),
    ("one part of several without an answer", OutcomeUnknown, "the parts after it stay here"),
)


def verdict(status: int) -> type[SendFailed]:
    row = STATUSES.get(status)
    return row.verdict if row else OutcomeUnknown


def named(status: int) -> str:
    """For logs and reasons: "SMPP 0x58 ESME_RTHROTTLED"."""
    row = STATUSES.get(status)
    return f"SMPP 0x{status:02X} {row.name}" if row else f"SMPP 0x{status:02X}"


# What we answer to a deliver_sm.
HEARD, REPEAT, UNREADABLE = 0x00, 0x64, 0x65  # written down; not yet: again, please; never again
UNKNOWN_COMMAND = 0x03
