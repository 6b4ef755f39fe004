"""docs/channels.md: as the code is, as the providers' documents are, each line with its test."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from channels.tables.codes import SECTIONS
from channels.tables.lines import DEEDS, TAKEN, Line
from channels.tables.page import renewed
from contactbook.ports.channel import SendFailed

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/channels.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([^|]+) \| `((?:[^`|]|\\\|)+)` \|", re.MULTILINE)
SHOWN = [(provider, code.replace("\\|", "|")) for provider, code in ROW.findall(PAGE)]
LINES = [line for lines in SECTIONS.values() for line in lines]

# The error tables of reference/*.md, written down a second time; classes are held by the tests
# that the page names.
DOCUMENTS = {
    "Zalo OA": "-32 -100 -200 -201 -204 -205 -209 -212 -219 -223 -210 -211 -213 -216 -220 -217 -218"
    " -221 -224 -235 -227 -222 -230 -232 -233 -234 -214 -237 -238 -241 -403 -240 -242 -244 -248"
    " -249 -305 -311 -320 -321 -501",
    "Zalo ZBS": "0 -100 -101 -102 -103 -104 -105 -106 -107 -108 -109 -1091 -110 -111 -112 -1121"
    " -1122 -1123 -1124 -113 -1131 -116 -121 -122 -130 -132 -161 -162 -114 -115 -126 -136 -137"
    " -1381 -117 -120 -1201 -1202 -138 -118 -119 -123 -128 -129 -142 -143 -125 -1241 -124 -127 -131"
    " -133 -134 -139 -141 -135 -1351 -140 -144 -147 -1441 -160 -145 -146 -1471 -1472 -148 -149 -150"
    " -151 -152 -153 -158 -159",
    "Zalo consent": "-14003 -14002",
    "eSMS": "100 124 199 160 105 103 102 101 140 143 104 146 177 118 300 301 99 108 201 107 120 163"
    " 106 110 115 171 204 210 687 789 790 791 799 801 802 851 854",
    "SpeedSMS": "00 007 008 009 101 110 113 105 300 500",
    "FPT": "1008 1011 1013 2501 1 2513 2 -8 2518 5 -20 2519 6 -18",
}
SMPP = "0x58 0x14 0x08 0x0A 0x0B 0x45 0x04 0x05 0x0D 0x0E 0x0F"
SMTP = "421 450 451 452 535 550 552 554"
TELEGRAM = [
    "429 Too Many Requests: retry after 3",
    "403 Forbidden: bot was blocked by the user",
    "403 Forbidden: user is deactivated",
    "403 Forbidden: bot can't initiate conversation with a user",
    *(f"403 Forbidden: bot was kicked from the {kind} chat"
      for kind in ("group", "supergroup", "channel")),
    *(f"403 Forbidden: bot is not a member of the {kind} chat"
      for kind in ("group", "supergroup", "channel")),
    "403 Forbidden: the group chat was deleted",
    "400 Bad Request: chat not found",
    "400 Bad Request: private chat not found",
    "400 Bad Request: group chat was upgraded to a supergroup chat",
    "400 Bad Request: message text is empty",
    "400 Bad Request: message is too long",
    "400 Bad Request: can't parse entities: …",
    "400 Bad Request: message is not modified: …",
    "400 Bad Request: query is too old and response timeout expired or query ID is invalid",
    "401 Unauthorized",
    "401 Unauthorized: invalid token specified",
    "404 Not Found",
    "404 Not Found: method not found",
    "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook …",
    "409 Conflict: terminated by other getUpdates request; make sure that only one …",
    "409 Conflict: terminated by other setWebhook",
    # Of setWebhook: whatever else is a Bad Request.
    "400 Bad Request: secret token is too long",
    "400 Bad Request: secret token contains unallowed characters",
    "400 Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
]  # fmt: skip
TOLD_LATER = {
    "eSMS": ["SendStatus 1", "SendStatus 2", "SendStatus 4", "SendStatus 7",
             "SendStatus 5, SendFailed > 0", "SendStatus 5, SendSuccess > 0"],
    "SpeedSMS": ["status 0", "status 1–63", "status 64–999999999"],
    "SMPP": ["ENROUTE (1)", "DELIVRD (2)", "EXPIRED (3)", "DELETED (4)", "UNDELIV (5)",
             "ACCEPTD (6)", "UNKNOWN (7)", "REJECTD (8)"],
    "E-mail": ["report: failed, 4.…", "report: failed, 5.…", "report: delivered",
               "report: delayed, relayed, expanded", "a complaint (feedback-report)"],
}  # fmt: skip
ON_THE_WIRE = [
    "connection refused", "no connection in time", "no connection free in our pool",
    "no answer in time", "hung up or reset after the request",
]  # fmt: skip


def of(provider: str) -> list[str]:
    return [code for whose, code in SHOWN if whose == provider]


def starts(code: str, row: str) -> bool:
    """Whether a row, whose "…" stands for anything, is about this code."""
    return code.startswith(row.removesuffix("…")) if row.endswith("…") else code == row


def test_the_page_is_as_the_code_is() -> None:
    """Otherwise: python -m channels.tables docs/channels.md."""
    assert renewed(PAGE) == PAGE


def test_a_page_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="kinds"):
        renewed(PAGE.replace("channels.tables: kinds", "channels.tables: gone"))
    with pytest.raises(ValueError, match="codes"):
        renewed(PAGE.replace("channels.tables: codes", "channels.tables: kinds"))


@pytest.mark.parametrize("provider", DOCUMENTS)
def test_every_code_of_the_documents_is_on_the_page(provider: str) -> None:
    assert set(DOCUMENTS[provider].split()) - set(of(provider)) == set()


def test_every_status_of_smpp_and_smtp_is_on_the_page() -> None:
    assert set(SMPP.split()) - {code.split()[0] for code in of("SMPP")} == set()
    assert set(SMTP.split()) - set(re.findall(r"\d{3}", " ".join(of("SMTP")))) == set()


@pytest.mark.parametrize("words", TELEGRAM)
def test_every_refusal_of_telegrams_is_on_the_page(words: str) -> None:
    assert any(starts(words, row) for row in of("Telegram"))


def test_what_happens_on_the_way_and_later_is_on_the_page() -> None:
    assert set(ON_THE_WIRE) - set(of("Telegram")) == set()
    for provider, codes in TOLD_LATER.items():
        assert set(codes) - set(of(provider)) == set()


def test_every_provider_says_what_becomes_of_a_code_that_nobody_knows() -> None:
    for provider in ("Zalo OA", "Zalo ZBS", "eSMS", "SpeedSMS", "FPT", "SMPP"):
        assert "any other" in of(provider)


def test_every_failure_of_the_port_has_its_line() -> None:
    assert set(DEEDS) == set(below(SendFailed))


def below(kind: type[SendFailed]) -> Iterator[type[SendFailed]]:
    for one in kind.__subclasses__():
        if one.__module__ == SendFailed.__module__:
            yield one
            yield from below(one)


@pytest.mark.parametrize("test", sorted({line.test for line in LINES}))
def test_a_lines_test_exists_and_asks_for_its_very_code(test: str) -> None:
    """A parameter counts for the first line of the test that it fits: as the adapters read."""
    values = parameters(test)
    lines = [line for line in LINES if line.test == test and line.asked]
    reached = {next((line.code for line in lines if asks(value, line)), "") for value in values}
    assert {line.code for line in lines} - reached == set()


def parameters(test: str) -> list[list[str]]:
    """The values of every parametrisation of a test, as words."""
    path, _, name = test.partition("::")
    function = getattr(import_module(path.removesuffix(".py").replace("/", ".")), name)
    marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
    values = [value for mark in marks for value in mark.args[1]]
    return [[str(one) for one in (v if isinstance(v, tuple) else (v,))] for v in values]


def asks(value: list[str], line: Line) -> bool:
    for start in range(len(value)):
        said = " ".join(value[start:])
        if line.asked.endswith("…"):
            if said.startswith(line.asked.removesuffix("…")):
                return True
        elif said == line.asked or said.startswith(line.asked + " "):
            return True
    return False


@pytest.mark.parametrize("provider", ["Zalo OA", "Zalo ZBS", "eSMS", "SpeedSMS", "FPT", "SMPP"])
def test_every_failing_code_names_a_test_that_is_asked_for_it(provider: str) -> None:
    """Of the tables keyed by number no line may get away with a test that only exists."""
    numbered = [line for line in LINES if re.match(r"-?\d", line.code) and line.kind != TAKEN]
    unasked = {line.code for line in numbered if line.provider == provider and not line.asked}
    assert unasked <= {"00, invalidPhone"}
