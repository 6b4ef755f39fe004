"""What every SMS goes through before any provider is asked: letters, form, price."""

from typing import Any

import pytest
from pydantic import ValidationError

from channels.accounts import EsmsAccount
from channels.sms import Sms
from contactbook.ports.channel import Channel, GiveUp
from tests.channels.adapter_contract import NOW, outgoing, settings

KEYS: dict[str, Any] = {"api_key": "a", "secret_key": "b", "brandname": "MAMNON"}


def sms(machine: dict[str, Any] | None = None, **account: Any) -> Sms:  # noqa: ANN401
    return Sms(EsmsAccount(**(KEYS | account)), settings(**(machine or {})), lambda: NOW)


def text(body: str, **account: Any) -> str:  # noqa: ANN401
    return sms(**account).quote(body).text


def why_not(body: str, kind: str = "", **account: Any) -> str:  # noqa: ANN401
    with pytest.raises(GiveUp) as refused:
        sms(**account).ready(outgoing(Channel.SMS, body, template=kind))
    return str(refused.value)


@pytest.mark.parametrize("name", ["MAMNON", "Hoa-Mai_2.0", "a", "Baotrixemay"])
def test_a_brandname_is_kept_as_it_is(name: str) -> None:
    assert EsmsAccount(**(KEYS | {"brandname": name})).brandname == name


@pytest.mark.parametrize(
    "name",
    ["", "MAMNONHOAMAI", "MN HOAMAI", "HOA#MAI", "A&B", "[A]", "A<B", "A@B", "a\\b", "MẦMNON",
     "MAM\nNON", "0901888484", "A{1}"],
)  # fmt: skip
def test_a_name_that_no_carrier_registers_is_refused_in_plain_words(name: str) -> None:
    with pytest.raises(ValidationError, match="a brandname"):
        EsmsAccount(**(KEYS | {"brandname": name}))


def test_the_account_goes_before_the_machine() -> None:
    machine = {"sms_accented": True, "sms_forbidden": "!", "sms_max_parts": 8, "sms_price_vnd": 9}
    assert sms(machine).quote("đi học!").text == "đi học"
    assert sms(machine, accented=False, forbidden="").quote("đi học!").text == "di hoc!"
    assert sms(machine).quote("a").cost_vnd == 9
    prices = [{"from": "2026-01-01", "segment_vnd": 500}]
    assert sms(machine, prices=prices).quote("a").cost_vnd == 500


def test_the_price_is_that_of_the_carrier_who_has_the_number_now() -> None:
    prices = [
        {"from": "2026-01-01", "carrier": "viettel", "segment_vnd": 800},
        {"from": "2026-01-01", "carrier": "vinaphone", "segment_vnd": 790},
        {"from": "2026-11-25", "carrier": "viettel", "segment_vnd": 1},  # from tomorrow on
    ]
    ours = sms(prices=prices)
    assert ours.quote("a", "+84961234567").cost_vnd == 800
    assert ours.quote("a", "+84911234567").cost_vnd == 790
    assert ours.quote("a").cost_vnd == 850
    moved = outgoing(Channel.SMS, "a", address="+84961234567", carrier="vinaphone")
    assert ours.ready(moved).cost_vnd == 790


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("Trường A & B: bé ngoan #1", "Truong A va B: be ngoan 1"),
        ("A&B", "A va B"),
        ("#", ""),
        ("Xem hoamai.example/p/7Qm2", "Xem hoamai.example/p/7Qm2"),
    ],
)
def test_a_character_the_provider_refuses_is_written_otherwise(body: str, written: str) -> None:
    assert text(body, forbidden="#&") == written


def test_a_link_is_not_changed_but_refused() -> None:
    said = why_not("Xem hoamai.example/p?a=1&b=2", forbidden="&")
    assert "link" in said
    assert "hoamai" not in said


def test_nothing_is_left_to_send() -> None:
    assert why_not("😀")
    assert why_not("")


def test_a_text_of_no_registered_form_is_refused_by_its_kind_without_its_words() -> None:
    forms = {"day": ["{P1,30}: be {P2,20} hom nay {P3,60}."], "urgent": ["KHAN: {P1,40}"]}
    ours = sms(templates=forms)
    fits = outgoing(Channel.SMS, "Trường Hoa Mai: bé An hôm nay ăn hết.", template="day")
    assert ours.ready(fits).text == "Truong Hoa Mai: be An hom nay an het."
    for kind in ("day", "urgent", "growth", ""):
        said = why_not("Bé An bị sốt 39 độ", kind, templates=forms)
        assert repr(kind) in said
        assert "An" not in said


def test_the_machines_templates_hold_for_accounts_without_their_own() -> None:
    ours = sms({"sms_templates": {"day": ["be {P1,5} nghi"]}})
    with pytest.raises(GiveUp):
        ours.ready(outgoing(Channel.SMS, "be An di hoc"))
