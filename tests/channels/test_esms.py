"""What eSMS is sent, and what it tells us afterwards and when asked."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from channels.accounts import EsmsAccount, Surroundings
from channels.adapters import build
from channels.esms.adapter import EsmsAdapter
from contactbook.ports.channel import (
    Accepted,
    Callback,
    Channel,
    Forged,
    GiveUp,
    Heard,
    NotReachable,
    Receipt,
)
from tests.channels.adapter_contract import (
    ESMS_SECRET,
    NOW,
    REFERENCE,
    TAKEN,
    adapter_at,
    answered,
    outgoing,
    run,
    settings,
    tried,
)
from tests.channels.wire import http_provider, reply

PLAIN = "Truong Hoa Sen: be An hom nay di hoc luc 7h20."
REPORT = {
    "SMSID": "dc712784-4d",
    "SendFailed": "0",
    "SendStatus": "5",
    "SendSuccess": "1",
    "TotalPrice": "850.0000",
    "TotalReceiver": "1",
    "TotalSent": "1",
    "RequestId": REFERENCE.hex,
    "TypeId": "2",
    "telcoid": "1",
    "phonenumber": "0901888484",
    "switchsmsid": "",
}


def sent(body: str, **more: object) -> tuple[object, dict[str, str]]:
    came, there = answered(Channel.SMS, TAKEN[Channel.SMS], outgoing(Channel.SMS, body), **more)
    return came, there.seen[0].json if there.seen else {}


def read(query: dict[str, str], path: str = f"esms/{ESMS_SECRET}") -> list[object]:
    return list(adapter_at(Channel.SMS, "http://127.0.0.1:9").read(Callback("GET", path, query)))


def test_the_request_is_the_one_of_the_documents() -> None:
    came, form = sent(PLAIN, callback_url="https://so.example/", sms_price_vnd=550)
    assert form == {
        "ApiKey": "api-key-xyz",
        "SecretKey": "secret-key-xyz",
        "Content": PLAIN,
        "Phone": "0901888484",
        "Brandname": "MAMNON",
        "SmsType": "2",
        "IsUnicode": "0",
        "RequestId": REFERENCE.hex,
        "CallbackUrl": f"https://so.example/hooks/sms/esms/{ESMS_SECRET}",
    }
    assert came == Accepted("d533459e", units=1, cost_vnd=550)


def test_the_address_is_the_one_of_the_documents() -> None:
    _, there = answered(Channel.SMS, TAKEN[Channel.SMS])
    assert there.seen[0].line == "POST /SendMultipleMessage_V4_post_json/ HTTP/1.1"
    assert there.seen[0].headers["content-type"] == "application/json"


def test_accents_are_announced_composed_and_paid() -> None:
    came, form = sent("Be\u0301 \u0110a\u0323t ngoan " * 6, sms_accented=True)
    assert form["IsUnicode"] == "1"
    assert form["Content"] == "B\u00e9 \u0110\u1ea1t ngoan " * 6
    assert came == Accepted("d533459e", units=2, cost_vnd=1700)


def test_accents_are_left_out_unless_somebody_wants_to_pay_for_them() -> None:
    came, form = sent("Be\u0301 \u0110a\u0323t ngoan " * 6)
    assert form["IsUnicode"] == "0"
    assert form["Content"] == ("Be Dat ngoan " * 6).strip()
    assert came == Accepted("d533459e", units=1, cost_vnd=850)


def test_a_repeat_within_a_day_counts_as_taken() -> None:
    said = {"CodeResult": "124", "CountRegenerate": 0, "ErrorMessage": "Request exist 1"}
    came, _ = answered(Channel.SMS, reply(200, said))
    assert isinstance(came, Accepted)
    assert EsmsAdapter.repeatable


def test_a_longer_text_is_refused_before_it_costs_anything() -> None:
    came, form = sent("a" * 460)
    assert isinstance(came, GiveUp)
    assert not form
    assert isinstance(sent("a" * 459)[0], Accepted)
    assert isinstance(sent("a" * 460, sms_max_parts=4)[0], Accepted)


@pytest.mark.parametrize(
    "address", ["", "+1202555012", "0901888484x", "84901888484", "+84٠9018884"]
)
def test_only_vietnamese_numbers_are_tried(address: str) -> None:
    came, there = answered(Channel.SMS, TAKEN[Channel.SMS], outgoing(Channel.SMS, address=address))
    assert isinstance(came, NotReachable)
    assert not there.seen


def test_without_a_secret_no_receipts_are_asked_for_and_none_believed() -> None:
    _, form = sent(PLAIN, esms_callback_secret=None)
    assert "CallbackUrl" not in form
    deaf = adapter_at(Channel.SMS, "http://127.0.0.1:9", esms_callback_secret=None)
    with pytest.raises(Forged):
        deaf.read(Callback("GET", "esms/", REPORT))


def test_a_report_becomes_a_receipt() -> None:
    taken = Receipt(
        Channel.SMS, Heard.DELIVERED, REFERENCE, "dc712784-4d", cost_vnd=850, carrier="viettel"
    )
    assert read(REPORT) == [taken]
    assert read(REPORT, f"/esms/{ESMS_SECRET}/") == [taken]


@pytest.mark.parametrize(
    ("change", "heard"),
    [
        ({"SendSuccess": "0", "SendFailed": "1"}, Heard.FAILED),
        ({"SendSuccess": "1", "SendFailed": "1"}, Heard.FAILED),  # half a text is none
        ({"SendStatus": "4", "SendSuccess": "0"}, Heard.FAILED),
        ({"SendSuccess": "2"}, Heard.DELIVERED),
        ({"SendStatus": "1"}, None),
        ({"SendStatus": "2"}, None),
        ({"SendStatus": "7"}, None),
        ({"SendStatus": "6"}, None),
        ({"SendStatus": ""}, None),
        ({"SendSuccess": "0"}, None),
        ({"SendSuccess": "many"}, None),
        ({"SendSuccess": "٣"}, None),
        ({"RequestId": "", "SMSID": ""}, None),
        ({"RequestId": "not ours", "SMSID": "a b\x00"}, None),
    ],
)
def test_only_the_final_word_counts(change: dict[str, str], heard: Heard | None) -> None:
    said = read(REPORT | change)
    assert [one.heard for one in said if isinstance(one, Receipt)] == ([heard] if heard else [])


def test_either_name_is_enough() -> None:
    [by_id] = read(REPORT | {"RequestId": ""})
    [by_reference] = read(REPORT | {"SMSID": ""})
    assert isinstance(by_id, Receipt)
    assert isinstance(by_reference, Receipt)
    assert (by_id.reference, by_id.provider_id) == (None, "dc712784-4d")
    assert (by_reference.reference, by_reference.provider_id) == (UUID(REFERENCE.hex), "")


@pytest.mark.parametrize(
    ("price", "vnd"),
    [("0.0000", 0), ("849.5", 850), ("NaN", None), ("-1", None), ("1e99999999", None), ("", None)],
)
def test_prices_are_whole_or_unknown(price: str, vnd: int | None) -> None:
    [receipt] = read(REPORT | {"TotalPrice": price})
    assert isinstance(receipt, Receipt)
    assert receipt.cost_vnd == vnd


@pytest.mark.parametrize(
    "path", ["", "esms", "esms/", "esms/wrong", f"speedsms/{ESMS_SECRET}", f"esms/{ESMS_SECRET}x"]
)
def test_a_path_without_our_secret_is_forged(path: str) -> None:
    with pytest.raises(Forged):
        read(REPORT, path)


def test_a_post_says_nothing() -> None:
    ours = adapter_at(Channel.SMS, "http://127.0.0.1:9")
    assert ours.read(Callback("POST", f"esms/{ESMS_SECRET}", REPORT)) == []


def tries(brandname: str, *tries: tuple[int, UUID, str]) -> list[str]:
    """What becomes of texts to one number: minutes after NOW, reference, text."""
    now = [NOW]

    async def story() -> list[str]:
        async with http_provider(TAKEN[Channel.SMS]) as there:
            account = EsmsAccount(api_key="k", secret_key="s", brandname=brandname)
            ours = build(
                "esms", account, settings(esms_url=there.url), Surroundings(lambda: now[0])
            )
            said = []
            for minutes, reference, body in tries:
                now[0] = NOW + timedelta(minutes=minutes)
                message = replace(outgoing(Channel.SMS, body), reference=reference)
                came = await tried(ours, message)
                said.append(f"{type(came).__name__} {getattr(came, 'after', '')}".strip())
            await ours.close()
            return said

    result: list[str] = run(story())
    return result


def test_the_test_brandname_carries_a_text_to_a_number_once_in_five_minutes() -> None:
    one, other = UUID(int=1), UUID(int=2)
    story = ((0, one, "thu"), (1, one, "thu"), (2, other, "thu"), (2, other, "thu 2"))
    later = (6, other, "thu")
    assert tries("Baotrixemay", *story, later) == [
        "Accepted", "Accepted", "TryAgain 0:04:00", "Accepted", "Accepted",
    ]  # fmt: skip
    assert tries("MAMNON", *story, later) == ["Accepted"] * 5
