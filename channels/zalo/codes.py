"""Every error code of Zalo's two hosts: what it means, and what we make of it.

Errors come with HTTP 200. The same number means other things on the other host, so rows are found
by (host, code); a code that stands nowhere is OutcomeUnknown. Texts of the first table are Zalo's
own, typing errors included. Source: Zalo's OA and ZBS error tables as of 2026-10.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from channels.http import morning, next_minute, tomorrow
from contactbook.ports.channel import (
    AccountUnusable,
    GiveUp,
    Gone,
    NotReachable,
    OptedOut,
    OutcomeUnknown,
    SendFailed,
    Throttled,
    TryAgain,
    UsedUp,
    WindowClosed,
)


class Host(StrEnum):
    OA = "oa"  # openapi.zalo.me
    ZBS = "zbs"  # business.openapi.zalo.me


class Sort(StrEnum):
    """What a code asks of its sender; the value says it, for people who read the table."""

    THROTTLE = "the account waits until the next minute"
    REUPLOAD = "the picture is uploaded once more and the message sent again, then given up"
    RETRY = "tried again, a bounded number of times"
    REFRESH = "the token is renewed once and the message sent again, then the account pauses"
    QUOTA = "the account waits until tomorrow, staff are told"
    CAP = "this message waits until tomorrow"
    NIGHT = "this message waits until the morning"
    WINDOW = "next channel; this one is good again once she writes to us"
    RECIPIENT = "next channel"
    UNFOLLOWED = "next channel; this address is given up until she follows again"
    OPT_OUT = "next channel; kept as her refusal of this one"
    PAYLOAD = "never sent again; next channel, staff are told"
    CONTENT = "never sent again; next channel, a person looks at the text"
    CODE_BUG = "never sent again; next channel, our program is wrong"
    CONFIG = "the account pauses with one alert: its set-up is wrong"
    PLAN = "the account pauses with one alert: its package is too small"
    BILLING = "the account pauses with one alert: it is out of money"
    DEAD = "the account pauses with one alert: Zalo has closed it"
    AMBIGUOUS = "unknown: a receipt, a question or a person settles it; never sent again blindly"
    UNUSED = "never sent again; it belongs to calls that we do not make"


@dataclass(frozen=True, slots=True)
class Row:
    sort: Sort
    text: str


def _rows(host: Host, table: dict[Sort, dict[int, str]]) -> dict[tuple[Host, int], Row]:
    return {
        (host, code): Row(sort, text)
        for sort, texts in table.items()
        for code, text in texts.items()
    }


_OA: dict[Sort, dict[int, str]] = {
    Sort.THROTTLE: {-32: "Your application / OA reached limit call api"},
    Sort.REUPLOAD: {-100: "attachment_id was expired"},
    Sort.RETRY: {-200: "Send message failed"},
    Sort.REFRESH: {
        -216: "Access token is invalid",
        -220: "access_token is expired or removed",
    },
    Sort.QUOTA: {-211: "Out of quota", -311: "Out of reply quota (older)"},
    Sort.CAP: {-218: "Out of quota receive"},
    Sort.NIGHT: {-234: "Message cannot be sent at night (10:00PM - 6:00AM)"},
    Sort.WINDOW: {
        -230: "User has not interacted with the OA in the past 7 days",
        -232: "User has never interacted with the OA, or the interaction is expired",
        -305: "48 hours since the last interaction are over (older)",
    },
    Sort.RECIPIENT: {
        -222: "User is inactive (older form of -227)",
        -227: "User is banned or inactive > 45 days",
    },
    Sort.UNFOLLOWED: {-213: "User has not followed OA"},
    Sort.OPT_OUT: {
        -217: "User has blocked invitation from OA",
        -244: "User has restricted this message type from your OA",
    },
    Sort.PAYLOAD: {
        -201: "<field> is invalid! (also ids of a wrong namespace)",
        -210: "Parameter exceeds allowable limit",
        -233: "message type is invalid or not support",
        -249: "Template does not support send via UID",
    },
    Sort.CONTENT: {-248: "Violates platform standards"},
    Sort.CODE_BUG: {-240: "MessageV2 API shut down"},
    Sort.CONFIG: {
        -209: "Not supported this api (the app is not activated)",
        -212: "App has not registed this api",
        -219: "App is removed or disabled",
        -223: "OA has not authorized this API",
        -242: "Invalid appsecret_proof",
        -501: "Personal information is limited due to IP address not inside Vietnam",
    },
    Sort.PLAN: {
        -221: "OA needs to be verified",
        -224: "OA needs to upgrade OA Tier Package",
        -235: "API does not support this OA type",
    },
    Sort.BILLING: {
        -320: "Your app needs to connect Zalo Cloud Account",
        -321: "Zalo Cloud Account is out of money",
    },
    Sort.DEAD: {-204: "Offical Account is disable", -205: "Offical Account is not exist"},
    Sort.UNUSED: {
        -214: "Article is being processed",
        -237: "Group is disabled (asset expired)",
        -238: "Group asset is used",
        -241: "About a group",
        -403: "OA is not in the group",
    },
}

_ZBS: dict[Sort, dict[int, str]] = {
    Sort.AMBIGUOUS: {-100: "Unknown error, try later"},
    Sort.REFRESH: {-124: "Access token is invalid"},
    Sort.QUOTA: {
        -144: "The OA's daily limit is reached",
        -1441: "The month's promotions are used up",
        -147: "The template's daily limit is reached",
        -160: "The quota of template operations is used up",
    },
    Sort.CAP: {
        -1471: "This user's promotions are used up (per OA)",
        -1472: "This user's promotions are used up (all OAs)",
    },
    Sort.NIGHT: {-133: "Templates cannot be sent at night"},
    Sort.RECIPIENT: {
        -108: "Phone number is invalid",
        -110: "The user's version of Zalo is not supported",
        -114: "User is inactive, rejects, or has an old app",
        -118: "Zalo account not existed, or deactivated",
        -119: "This account cannot receive",
    },
    Sort.OPT_OUT: {
        -134: "User has not opted in",
        -139: "User refuses this type of template",
        -141: "User refuses messages of this OA",
    },
    Sort.PAYLOAD: {
        -109: "Template id is invalid",
        -1091: "Template cannot be edited",
        -111: "Template data is empty",
        -112: "Type of template data is not defined",
        -1121: "A parameter is too long",
        -1122: "A parameter is missing",
        -1123: "QR code cannot be made",
        -1124: "Format of a parameter is wrong",
        -113: "Button is invalid",
        -1131: "Text is invalid",
        -116: "Body is empty",
        -121: "Body is not JSON",
        -122: "Over the limit of characters",
        -130: "Parameter is over its limit",
        -132: "Parameter is invalid",
        -140: "Not eligible: no permission for follow-up messages",
        -161: "sending_mode is invalid",
        -162: "sending_mode is not allowed",
    },
    Sort.CONTENT: {
        -145: "Type of content is not allowed",
        -146: "Template is disabled for low quality",
    },
    Sort.CODE_BUG: {-106: "Method is invalid", -107: "Message id is invalid"},
    Sort.CONFIG: {
        -101: "App is invalid",
        -102: "App does not exist",
        -103: "App is not activated",
        -104: "Secret of the app is invalid",
        -105: "App is not linked to the OA",
        -117: "OA has no permission for this template",
        -120: "OA has no permission",
        -1201: "OA lacks this permission",
        -1202: "App lacks this permission",
        -123: "RSA key is invalid",
        -1241: "Invalid appsecret_proof",
        -125: "OA id is invalid",
        -127: "A test template goes to admins only",
        -128: "RSA key is missing",
        -129: "RSA key is already there",
        -131: "Template is not approved",
        -138: "App has no permission",
        -142: "RSA key does not exist",
        -143: "RSA key exists already",
    },
    Sort.BILLING: {
        -115: "Out of ZBS balance",
        -126: "Wallet for development is empty",
        -136: "Zalo Cloud Account has to be connected",
        -137: "Charging the Zalo Cloud Account failed",
        -1381: "Charging failed: the Zalo Cloud Account is not linked",
    },
    Sort.DEAD: {-135: "OA is not allowed to send", -1351: "OA is blocked from sending"},
    Sort.UNUSED: {
        -148: "About a journey token",
        -149: "About a journey token",
        -150: "About a journey token",
        -151: "About end-to-end encryption",
        -152: "About end-to-end encryption",
        -153: "About encrypted data",
        -158: "About a file",
        -159: "About a file",
    },
}

TABLE: dict[tuple[Host, int], Row] = _rows(Host.OA, _OA) | _rows(Host.ZBS, _ZBS)

# Zalo's consent page, to the admin who connects an account: nothing of it comes to us.
CONSENT: dict[int, str] = {-14002: "Invalid appId", -14003: "Invalid redirect uri"}

_KINDS: dict[Sort, type[SendFailed]] = {
    Sort.REUPLOAD: GiveUp,
    Sort.RETRY: TryAgain,
    Sort.REFRESH: AccountUnusable,
    Sort.WINDOW: WindowClosed,
    Sort.RECIPIENT: NotReachable,
    Sort.UNFOLLOWED: Gone,
    Sort.OPT_OUT: OptedOut,
    Sort.PAYLOAD: GiveUp,
    Sort.CONTENT: GiveUp,
    Sort.CODE_BUG: GiveUp,
    Sort.CONFIG: AccountUnusable,
    Sort.PLAN: AccountUnusable,
    Sort.BILLING: AccountUnusable,
    Sort.DEAD: AccountUnusable,
    Sort.AMBIGUOUS: OutcomeUnknown,
    Sort.UNUSED: GiveUp,
}
Until = Callable[[datetime], timedelta]
_LATER: dict[Sort, tuple[type[TryAgain], Until]] = {
    Sort.THROTTLE: (Throttled, next_minute),
    Sort.QUOTA: (UsedUp, tomorrow),
    Sort.CAP: (TryAgain, tomorrow),
    Sort.NIGHT: (TryAgain, morning),
}


def kind_of(sort: Sort) -> type[SendFailed]:
    """The port's word for it."""
    return _LATER[sort][0] if sort in _LATER else _KINDS[sort]


def meaning(host: Host, code: int | None) -> Row:
    """The row of a code; one that no table knows says nothing of what became of the message."""
    return TABLE.get((host, code or 0), Row(Sort.AMBIGUOUS, "stands in no table"))


def failed(host: Host, code: int | None, *, words: str = "", now: datetime) -> SendFailed:
    """What an error answer makes of the message. `words` are Zalo's: looked at, never repeated."""
    sort = meaning(host, code).sort
    reason = f"Zalo {host.upper()} {code}"
    if sort is Sort.THROTTLE:  # two limits, one number
        reason += ": the app's limit" if "application" in words.lower() else ": the OA's limit"
    if sort in _LATER:
        kind, until = _LATER[sort]
        return kind(reason, after=until(now))
    return kind_of(sort)(reason)
