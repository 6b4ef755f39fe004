"""Every row of both error tables of reference/zalo.md (§9, §10.1), answered by a real socket."""

from datetime import timedelta

import pytest

from channels.zalo.codes import TABLE, Host
from contactbook.ports.channel import (
    AccountUnusable,
    Channel,
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
from tests.channels.adapter_contract import answered, outgoing
from tests.channels.wire import reply

# Written from the documents a second time, not read from the adapters.
OA: dict[type[SendFailed], str] = {
    Throttled: "-32",
    UsedUp: "-211 -311",
    TryAgain: "-200 -218 -234",
    WindowClosed: "-230 -232 -305",
    Gone: "-213",
    OptedOut: "-217 -244",
    NotReachable: "-222 -227",
    GiveUp: "-100 -201 -210 -214 -233 -237 -238 -240 -241 -248 -249 -403",
    AccountUnusable: "-204 -205 -209 -212 -216 -219 -220 -221 -223 -224 -235 -242 -320 -321 -501",
}
ZBS: dict[type[SendFailed], str] = {
    UsedUp: "-144 -147 -1441 -160",
    TryAgain: "-133 -1471 -1472",
    NotReachable: "-108 -110 -114 -118 -119",
    OptedOut: "-134 -139 -141",
    GiveUp: "-106 -107 -109 -1091 -111 -112 -1121 -1122 -1123 -1124 -113 -1131 -116 -121 -122 -130"
    " -132 -161 -162 -140 -145 -146 -148 -149 -150 -151 -152 -153 -158 -159",
    AccountUnusable: "-101 -102 -103 -104 -105 -115 -126 -136 -137 -1381 -117 -120 -1201 -1202"
    " -138 -123 -128 -129 -142 -143 -125 -1241 -124 -127 -131 -135 -1351",
    OutcomeUnknown: "-100",
}
IN_NO_TABLE = "-1 -99 -999 7"
UNTIL_NEXT_MINUTE = timedelta(seconds=40)  # the tests' clock says 16:30:20 in Vietnam
UNTIL_MORNING = timedelta(hours=13, minutes=29, seconds=40)
UNTIL_TOMORROW = timedelta(hours=7, minutes=34, seconds=40)
WAITS = {
    (Host.OA, "-32"): UNTIL_NEXT_MINUTE,
    (Host.OA, "-234"): UNTIL_MORNING,
    (Host.ZBS, "-133"): UNTIL_MORNING,
    **{(Host.OA, code): UNTIL_TOMORROW for code in ("-211", "-218", "-311")},
    **{(Host.ZBS, code): UNTIL_TOMORROW for code in (*ZBS[UsedUp].split(), "-1471", "-1472")},
}


def rows(table: dict[type[SendFailed], str]) -> list[tuple[str, type[SendFailed]]]:
    known = [(code, kind) for kind, codes in table.items() for code in codes.split()]
    return known + [(code, OutcomeUnknown) for code in IN_NO_TABLE.split()]


@pytest.mark.parametrize(("code", "kind"), rows(OA))
def test_an_official_accounts_message(code: str, kind: type[SendFailed]) -> None:
    came, _ = answered(Channel.ZALO, reply(200, {"error": int(code), "message": "…"}))
    assert type(came) is kind
    assert getattr(came, "after", None) == WAITS.get((Host.OA, code))


@pytest.mark.parametrize(("code", "kind"), rows(ZBS))
def test_a_template(code: str, kind: type[SendFailed]) -> None:
    came, _ = answered(Channel.ZBS, reply(200, {"error": int(code), "message": "…", "data": None}))
    assert type(came) is kind
    assert getattr(came, "after", None) == WAITS.get((Host.ZBS, code))


@pytest.mark.parametrize(("code", "kind"), rows(OA))
def test_a_template_to_a_user(code: str, kind: type[SendFailed]) -> None:
    """It goes over the Official Account's host, whose numbers it gets."""
    message = outgoing(Channel.ZBS, address="2512523625412515")
    came, _ = answered(Channel.ZBS, reply(200, {"error": int(code), "message": "…"}), message)
    assert type(came) is kind


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("Your application reached limit call api", "the app's limit"),
        ("Your OA reached limit call api", "the OA's limit"),
    ],
)
def test_a_full_minute_says_whose_it_is(words: str, whose: str) -> None:
    came, _ = answered(Channel.ZALO, reply(200, {"error": -32, "message": words}))
    assert str(came) == f"Zalo OA -32: {whose}"


def test_the_adapters_know_every_row_and_no_other() -> None:
    written = {(Host.OA, int(code)) for codes in OA.values() for code in codes.split()}
    written |= {(Host.ZBS, int(code)) for codes in ZBS.values() for code in codes.split()}
    assert set(TABLE) == written
    assert all(row.text for row in TABLE.values())
