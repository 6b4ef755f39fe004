"""Ids in two spellings, messages in several parts, receipts that come too early."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from channels.smpp.ledger import MOST, Ledger, Message, Spelling
from channels.smpp.receipts import Report, State

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def message(number: int = 1, total: int = 1) -> Message:
    return Message(UUID(int=number), total, NOW)


def arrived(message_id: str) -> Report:
    return Report(message_id, State.DELIVERED)


SPELT = [
    # the account says, submit_sm_resp, receipt
    ("auto", "A1B2", "A1B2"),
    ("auto", "0000A1B2", "a1b2"),
    ("auto", "0000A1B2", "41394"),
    ("auto", "0000A1B2", "0000041394"),
    ("auto", "41394", "A1B2"),
    ("auto", "0123456789", "123456789"),
    ("auto", "7f3c-55", "7f3c-55"),
    ("auto", "c0a80101c0a80101c0a80101", "c0a80101c0a80101c0a80101"),
    ("same", "A1B2", "0000a1b2"),
    ("hex", "00000010", "16"),
    ("hex", "0000000A", "0000000010"),
    ("decimal", "16", "00000010"),
    ("decimal", "10", "0A"),
]


@pytest.mark.parametrize(("spelling", "given", "named"), SPELT)
def test_a_receipt_finds_its_message_in_either_spelling(
    spelling: str, given: str, named: str
) -> None:
    ledger, ours = Ledger(Spelling(spelling)), message()
    ledger.took(ours, given)
    assert ledger.find(arrived(named)) is ours
    assert ledger.find(arrived("98765")) is None


@pytest.mark.parametrize(("spelling", "given", "named"), SPELT)
def test_after_a_restart_the_delivery_is_found_by_its_key(
    spelling: str, given: str, named: str
) -> None:
    before, after = Ledger(Spelling(spelling)), Ledger(Spelling(spelling))
    assert before.key(given) == after.receipt_key(named)


@pytest.mark.parametrize("padded", ["{:08X}", "{:x}"])
def test_a_counter_in_hexadecimal_is_understood_by_its_first_letter(padded: str) -> None:
    """Ids 16 and 22 are written 10 and 16: digits alone would lead to a stranger."""
    ledger, ours = Ledger(), {number: message(number) for number in range(1, 400)}
    for number, one in ours.items():
        ledger.took(one, padded.format(number))
    assert all(ledger.find(arrived(str(number))) is one for number, one in ours.items())


@pytest.mark.parametrize("form", ["{:08X}", "{}"])
def test_a_counter_that_is_spelt_alike_is_left_alone(form: str) -> None:
    ledger, ours = Ledger(), {number: message(number) for number in range(1, 400)}
    for number, one in ours.items():
        ledger.took(one, form.format(number))
    assert all(ledger.find(arrived(form.format(n))) is one for n, one in ours.items())


def test_a_wrong_guess_is_put_right_by_the_next_letter() -> None:
    ledger, ten, sixteen = Ledger(), message(10), message(16)
    ledger.took(ten, "0000000A")
    ledger.took(sixteen, "00000010")
    assert ledger.find(arrived("10")) is ten  # nobody could tell yet
    assert ledger.find(arrived("0000000A")) is ten
    assert ledger.find(arrived("00000010")) is sixteen


def test_a_message_has_arrived_when_all_its_parts_have() -> None:
    ledger, ours = Ledger(), message(total=3)
    for given in ("1", "2", "3"):
        ledger.took(ours, given)
    assert [ledger.heard(ours, arrived(one)) for one in ("3", "1", "1", "2")] == [
        False, False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["EXPIRED", "DELETED", "UNDELIV", "REJECTD"])
def test_a_message_has_failed_when_one_part_has_and_stays_so(state: str) -> None:
    ledger, ours = Ledger(), message(total=2)
    for given in ("1", "2"):
        ledger.took(ours, given)
    assert not ledger.heard(ours, arrived("1"))
    assert ledger.heard(ours, Report("2", State(state)))
    assert not ledger.heard(ours, arrived("2"))


@pytest.mark.parametrize("state", ["ENROUTE", "ACCEPTD", "UNKNOWN"])
def test_what_is_under_way_is_no_last_word(state: str) -> None:
    ledger, ours = Ledger(), message()
    ledger.took(ours, "1")
    assert not ledger.heard(ours, Report("1", State(state)))
    assert ledger.heard(ours, arrived("1"))


@pytest.mark.parametrize(("given", "named"), [("A1B2", "A1B2"), ("A1B2", "41394"), ("7", "7")])
def test_a_receipt_that_found_nobody_is_claimed_by_an_answer_that_comes_too_late(
    given: str, named: str
) -> None:
    ledger = Ledger()
    ledger.unclaimed(arrived(named), now=NOW + timedelta(seconds=1))
    assert ledger.took(message(), given) == arrived(named)
    assert ledger.took(message(), given) is None


def test_a_receipt_older_than_the_message_is_of_another_one() -> None:
    ledger = Ledger()
    ledger.unclaimed(arrived("7"), now=NOW - timedelta(seconds=1))
    assert ledger.took(message(), "7") is None


def test_the_oldest_are_forgotten() -> None:
    ledger = Ledger()
    for number in range(MOST + 1):
        ledger.took(message(number), str(number))
    assert ledger.find(arrived("0")) is None
    assert ledger.find(arrived("1")) is not None
