"""The simulated SMSC, asked by a client that nobody here wrote: smpplib."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import smpplib.client
import smpplib.exceptions
import smpplib.smpp

from tests.providers.conftest import Stage

MOTHER = {"dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": "84901888484"}
SCHOOL = {"source_addr_ton": 5, "source_addr_npi": 0, "source_addr": "HOAMAI"}


@pytest.fixture
def config() -> dict[str, Any]:
    return {"smpp_binds": 1, "smpp_repeat": 0.2, "smpp_first_id": 41_393}


class Customer:
    """What came, in order: answers to submit_sm, and deliver_sm, answered by smpplib itself."""

    def __init__(self, client: smpplib.client.Client) -> None:
        self.client = client
        self.answers: list[Any] = []
        self.told: list[Any] = []
        client.set_message_sent_handler(lambda pdu, **_: self.answers.append(pdu))
        client.set_message_received_handler(lambda pdu, **_: self.told.append(pdu))
        client.set_error_pdu_handler(self.answers.append)

    def submit(self, text: bytes, **more: object) -> None:
        more = {"registered_delivery": 1, "data_coding": 0} | more
        self.client.send_message(**SCHOOL, **MOTHER, short_message=text, **more)

    def until(self, answers: int = 0, told: int = 0) -> None:
        end = time.monotonic() + 5
        while len(self.answers) < answers or len(self.told) < told:
            assert time.monotonic() < end, f"{len(self.answers)} answers, {len(self.told)} told"
            self.client.read_once()


@contextmanager
def customer(stage: Stage, password: str = "smpp-key") -> Iterator[Customer]:
    where = urlsplit(stage.simulator.smpp_url)
    client = smpplib.client.Client(where.hostname, where.port, allow_unknown_opt_params=True)
    client.connect()
    try:
        client.bind_transceiver(system_id="hoamai", password=password)
        yield Customer(client)
        client.unbind()
    finally:
        client.disconnect()


def test_a_message_is_taken_shown_and_reported(stage: Stage) -> None:
    with customer(stage) as ours:
        ours.submit(b"Be An di hoc")
        ours.until(answers=1, told=1)
        assert ours.answers[0].message_id == b"0000A1B2"  # and in its receipt in decimal
        said = ours.told[0]
        assert said.esm_class == 4
        assert said.short_message.startswith(b"id:0000041394 sub:001 dlvrd:001 submit date:")
        assert b" stat:DELIVRD err:000 " in said.short_message
    (shown,) = stage.arrived("sms")
    assert (shown["address"], shown["text"], shown["state"]) == (
        "0901888484", "Be An di hoc", "delivered",
    )  # fmt: skip


def test_parts_are_one_message_on_the_phone_in_whatever_order_they_come(stage: Stage) -> None:
    with customer(stage) as ours:
        for number, text in ((2, "ạ" * 3), (1, "Bé An ")):
            head = bytes((5, 0, 3, 9, 2, number))
            ours.submit(head + text.encode("utf-16-be"), esm_class=0x40, data_coding=8)
        ours.until(answers=2, told=2)
    (shown,) = stage.arrived("sms")
    assert (shown["text"], shown["segments"]) == ("Bé An ạạạ", 2)


def test_who_may_not_bind_is_told_why(stage: Stage) -> None:
    wrong = customer(stage, "wrong")
    with pytest.raises(smpplib.exceptions.PDUError, match="Invalid Password") as refused, wrong:
        pass
    assert refused.value.args[1] == 0x0E
    with customer(stage), pytest.raises(smpplib.exceptions.PDUError) as second, customer(stage):
        pass
    assert second.value.args[1] == 0x05


@pytest.mark.parametrize("code", [0x58, 0x14, 0x08, 0x0A, 0x45])
def test_a_scripted_refusal_is_given_and_nothing_is_shown(stage: Stage, code: int) -> None:
    stage.script("sms", "0901888484", {"error": hex(code)})
    with customer(stage) as ours:
        ours.submit(b"Be An")
        ours.until(answers=1)
        assert ours.answers[0].status == code
    assert stage.arrived("sms") == []


def test_what_a_parent_writes_is_delivered(stage: Stage) -> None:
    with customer(stage) as ours:
        stage.door("say", {"channel": "sms", "address": "0901888484", "text": "Be An om"})
        ours.until(told=1)
        said = ours.told[0]
        assert (said.source_addr, said.destination_addr) == (b"84901888484", b"8077")
        assert said.short_message == b"Be An om"


def test_a_receipt_that_nobody_answered_is_told_to_the_next_who_binds(stage: Stage) -> None:
    stage.script("sms", "0901888484", {"delay": 0.3})
    with customer(stage) as first:
        first.submit(b"Be An")
        first.until(answers=1)
    with customer(stage) as second:
        second.until(told=1)
        assert b"stat:DELIVRD" in second.told[0].short_message
