"""eSMS, as its developer documents describe it (shared/reference/sms.md §1)."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.providers.conftest import Stage
from tests.providers.ears import Ears

SEND = "/MainService.svc/json/SendMultipleMessage_V4_post_json/"
KEYS = {"ApiKey": "esms-key", "SecretKey": "esms-secret"}
GOOD = {
    **KEYS,
    "Content": "Truong MN Hoa Mai: Be An hom nay di hoc.",
    "Phone": "0901888484",
    "Brandname": "HOAMAI",
    "SmsType": "2",
    "IsUnicode": "0",
}


class Clock:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(clock: Clock) -> dict[str, Any]:
    return {"clock": clock, "esms_blocked_words": ("casino",), "esms_balance": 100_000}


def send(stage: Stage, **change: str) -> dict[str, Any]:
    answer = stage.http.post(SEND, json={**GOOD, **change})
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def test_an_accepted_message_has_an_smsid_and_is_on_the_phone(stage: Stage) -> None:
    told = send(stage, RequestId="our-1")
    assert (told["CodeResult"], told["CountRegenerate"]) == ("100", 0)
    [message] = stage.arrived("sms")
    assert message["provider_id"] == told["SMSID"]
    assert (message["address"], message["reference"]) == ("0901888484", "our-1")
    assert (message["sender"], message["segments"]) == ("HOAMAI", 1)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"ApiKey": "wrong"}, "101", "Authorize Failed"),
        ({"SecretKey": ""}, "101", "Authorize Failed"),
        ({"Brandname": "hoamai"}, "104", "Brand name code is not exist"),
        ({"Phone": "02838291111"}, "108", None),
        ({"Phone": "01234567890"}, "108", None),
        ({"SmsType": ""}, "300", None),
        ({"SmsType": "7"}, "118", None),
        ({"Content": "Casino online"}, "201", None),
        ({"Content": "a" * 153 * 118}, "103", None),
    ],
)
def test_a_wrong_request_gets_its_code_in_the_body(
    stage: Stage, change: dict[str, str], code: str, words: str | None
) -> None:
    told = send(stage, **change)
    assert told["CodeResult"] == code
    assert words in (None, told["ErrorMessage"])
    assert stage.arrived() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"Phone": 901888484}'])
def test_what_is_no_request_gets_an_error_without_a_code(stage: Stage, body: bytes) -> None:
    assert stage.http.post(SEND, content=body).json() == {"error": "Invalid request"}


def test_a_request_id_is_known_for_24_hours(stage: Stage, clock: Clock) -> None:
    send(stage, RequestId="our-1")
    clock.now += timedelta(hours=23, minutes=59)
    assert send(stage, RequestId="our-1") == {
        "CodeResult": "124",
        "CountRegenerate": 0,
        "ErrorMessage": "Request exist 1",
        "SendStatus": "5",
    }
    [message] = stage.arrived("sms")
    assert message["copies"] == 2
    clock.now += timedelta(minutes=2)
    assert send(stage, RequestId="our-1")["CodeResult"] == "100"


def test_a_refused_request_does_not_spend_its_request_id(stage: Stage) -> None:
    assert send(stage, RequestId="our-1", Brandname="OTHER")["CodeResult"] == "104"
    assert send(stage, RequestId="our-1")["CodeResult"] == "100"


def test_a_sandbox_message_is_validated_and_nothing_else(stage: Stage) -> None:
    assert send(stage, Sandbox="1")["CodeResult"] == "100"
    assert stage.arrived() == []
    assert balance(stage)["Balance"] == 100_000


def balance(stage: Stage) -> dict[str, Any]:
    told: dict[str, Any] = stage.http.post(
        "/MainService.svc/json/GetBalance_json", json=KEYS
    ).json()
    return told


@pytest.mark.parametrize(
    ("text", "wide", "count"),
    [
        ("a" * 160, "0", 1),
        ("a" * 161, "0", 2),
        ("a" * 306, "0", 2),
        ("a" * 307, "0", 3),
        ("a" * 613, "0", 5),
        ("a" * 159 + "€", "0", 2),
        ("a" * 152 + "€" + "b" * 20, "0", 2),
        ("ạ" * 70, "1", 1),
        ("ạ" * 71, "1", 2),
        ("ạ" * 134, "1", 2),
        ("ạ" * 135, "1", 3),
        ("ạ" * 66 + "😀" + "b" * 20, "1", 2),
    ],
)
def test_every_segment_is_paid(stage: Stage, text: str, wide: str, count: int) -> None:
    send(stage, Content=text, IsUnicode=wide)
    assert stage.arrived()[0]["segments"] == count
    assert balance(stage) == {
        "Balance": 100_000 - 850 * count,
        "CodeResponse": "100",
        "UserID": 9999,
    }


def test_an_accented_text_sent_as_unaccented_shows_question_marks(stage: Stage) -> None:
    send(stage, Content="Bé An đi học", IsUnicode="0")
    assert stage.arrived()[0]["text"] == "Bé An ?i h?c"


def test_the_delivery_report_is_a_get_with_the_documented_fields(stage: Stage) -> None:
    told = send(stage, RequestId="our-1", CallbackUrl=f"{stage.ears.url}/hooks/sms/secret?a=1")
    [call] = stage.ears.heard(1)
    assert (call.method, call.path, call.body) == ("GET", "/hooks/sms/secret", b"")
    assert call.query == {
        "a": "1",
        "SMSID": told["SMSID"],
        "SendFailed": "0",
        "SendStatus": "5",
        "SendSuccess": "1",
        "TotalPrice": "850.0000",
        "TotalReceiver": "1",
        "TotalSent": "1",
        "RequestId": "our-1",
        "TypeId": "2",
        "telcoid": "2",
        "phonenumber": "0901888484",
        "switchsmsid": "",
    }


@pytest.mark.parametrize(
    ("receipt", "fields"),
    [
        ("failed", {"SendStatus": "5", "SendFailed": "1", "SendSuccess": "0"}),
        ("rejected", {"SendStatus": "4", "SendFailed": "1", "SendSuccess": "0"}),
    ],
)
def test_a_message_may_fail_after_it_was_accepted(
    stage: Stage, receipt: str, fields: dict[str, str]
) -> None:
    stage.script("sms", "+84901888484", {"receipt": receipt})
    assert send(stage, CallbackUrl=stage.ears.url)["CodeResult"] == "100"
    [call] = stage.ears.heard(1)
    assert fields.items() <= call.query.items()
    assert call.query["TotalPrice"] == "0.0000"
    assert stage.arrived()[0]["state"] == "failed"


def test_a_report_is_repeated_five_times_and_only_on_a_time_out(stage: Stage) -> None:
    stage.ears.deaf_for = 0.4
    send(stage, CallbackUrl=stage.ears.url)
    stage.ears.heard(6)
    time.sleep(0.6)
    assert len(stage.ears.calls) == 6


def test_a_report_that_was_answered_with_an_error_is_not_repeated(stage: Stage) -> None:
    stage.ears.answers.append(500)
    send(stage, CallbackUrl=stage.ears.url)
    stage.ears.heard(1)
    time.sleep(0.4)
    assert len(stage.ears.calls) == 1


def test_status_says_code_response_and_numbers(stage: Stage) -> None:
    sms_id = send(stage)["SMSID"]
    stage.ears.until(lambda _: stage.arrived()[0]["state"] == "delivered")
    path = "/MainService.svc/json/GetSendStatus"
    told = stage.http.get(path, params={"RefId": sms_id, **KEYS}).json()
    assert told == {
        "CodeResponse": "100",
        "SMSID": sms_id,
        "SendFailed": 0,
        "SendStatus": 5,
        "SendSuccess": 1,
        "TotalPrice": 850.0,
        "TotalReceiver": 1,
        "TotalSent": 1,
    }
    bad = stage.http.get(path, params={"RefId": sms_id, "ApiKey": "x"}).json()
    assert bad == {"CodeResponse": "101", "SMSID": sms_id}


def test_the_other_questions_answer_with_their_own_key_names(stage: Stage) -> None:
    base, sms_id = "/MainService.svc/json", send(stage)["SMSID"]
    bad = stage.http.post(f"{base}/GetBalance_json", json={"ApiKey": "x"}).json()
    assert bad == {"Balance": 0, "CodeResponse": "101", "ErrorMessage": "Authorize Failed"}
    price = stage.http.get(
        f"{base}/SummaryMultipleMessage_V4_get", params={**KEYS, "Content": "Bé An", "Phone": "1"}
    ).json()
    assert price == {
        "CodeResult": "100",
        "ErrorMessage": "success",
        "TotalPrice": 850,
        "TotalReceiver": 1,
    }
    names = stage.http.get(f"{base}/GetListBrandname/esms-key/esms-secret").json()
    assert names == {"CodeResponse": "100", "ListBrandName": [{"Brandname": "HOAMAI", "Type": 2}]}
    one = stage.http.get(f"{base}/GetSmsReceiverStatus_get", params={**KEYS, "RefId": sms_id})
    assert one.json()["ReceiverList"][0].keys() == {
        "IsSent",
        "NetworkName",
        "Phone",
        "Retry",
        "SentResult",
    }


class TestTemplates:
    @pytest.fixture
    def config(self) -> dict[str, Any]:
        return {"esms_templates": ("Truong {P1,20}: Be {P2,10} hom nay di hoc.",)}

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("Truong MN Hoa Mai: Be An hom nay di hoc.", "100"),
            ("Truong MN Hoa Mai: Be Nguyen Van An hom nay di hoc.", "146"),
            ("Truong MN Hoa Mai: Be An nghi.", "146"),
        ],
    )
    def test_a_text_must_be_of_a_registered_template(
        self, stage: Stage, text: str, code: str
    ) -> None:
        assert send(stage, Content=text)["CodeResult"] == code


@pytest.fixture
def late(stage: Stage) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stage.simulator.http_url, timeout=0.5) as http:
        yield http


@pytest.mark.parametrize(("fault", "kept"), [("hang", 0), ("hang_after", 1)])
def test_a_hanging_provider_never_answers(
    stage: Stage, late: httpx.Client, fault: str, kept: int
) -> None:
    stage.script("sms", "0901888484", fault)
    with pytest.raises(httpx.ReadTimeout):
        late.post(SEND, json=GOOD)
    assert len(stage.arrived()) == kept


@pytest.mark.parametrize(("fault", "kept"), [("reset", 0), ("reset_after", 1)])
def test_a_connection_may_be_reset(stage: Stage, fault: str, kept: int) -> None:
    stage.script("sms", "0901888484", fault)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        stage.http.post(SEND, json=GOOD)
    assert len(stage.arrived()) == kept
    assert send(stage)["CodeResult"] == "100"


def test_scripted_answers_come_in_order_and_then_it_is_a_good_day(stage: Stage) -> None:
    stage.script("sms", "0901888484", {"error": "99"}, {"http": 502, "times": 2}, "html")
    stage.script("sms", "0901888484", {"throttle": 3}, {"slow": 0.2})
    assert send(stage)["CodeResult"] == "99"
    for _ in range(2):
        assert stage.http.post(SEND, json=GOOD).status_code == 502
    page = stage.http.post(SEND, json=GOOD)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html")
    limited = stage.http.post(SEND, json=GOOD)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "3")
    begun = time.monotonic()
    assert send(stage)["CodeResult"] == "100"
    assert time.monotonic() - begun >= 0.2
    assert send(stage, Phone="0901888485")["CodeResult"] == "100"


@pytest.mark.parametrize(("receipt", "count"), [("none", 0), ("twice", 2)])
def test_receipts_may_be_missing_or_come_twice(
    stage: Stage, ears: Ears, receipt: str, count: int
) -> None:
    stage.script("sms", "0901888484", {"receipt": receipt})
    send(stage, CallbackUrl=ears.url)
    time.sleep(0.3)
    assert len(ears.calls) == count


def test_an_early_receipt_overtakes_the_answer(stage: Stage, ears: Ears) -> None:
    stage.script("sms", "0901888484", {"receipt": "early"})
    told = send(stage, CallbackUrl=ears.url)
    assert ears.calls[0].query["SMSID"] == told["SMSID"]


class TestPrices:
    @pytest.fixture
    def config(self) -> dict[str, Any]:
        return {"esms_prices": {"Mobi": 700, "Itel": 900}, "esms_balance": 100_000}

    @pytest.mark.parametrize(
        ("phone", "price"),
        [("0901888484", 1400), ("0871888484", 1800), ("0961888484", 1700), ("0311888484", 1700)],
    )
    def test_each_carrier_has_its_price_for_each_segment(
        self, stage: Stage, phone: str, price: int
    ) -> None:
        send(stage, Phone=phone, Content="a" * 161, CallbackUrl=stage.ears.url)
        assert balance(stage)["Balance"] == 100_000 - price
        [call] = stage.ears.heard(1)
        assert call.query["TotalPrice"] == f"{price}.0000"
        asked = stage.http.get(
            "/MainService.svc/json/SummaryMultipleMessage_V4_get",
            params={**KEYS, "Content": "a" * 161, "Phone": phone},
        )
        assert asked.json()["TotalPrice"] == price


def test_the_test_brandname_carries_a_text_to_a_number_once_in_five_minutes(
    stage: Stage, clock: Clock
) -> None:
    def trial(number: int, **change: str) -> str:
        told = send(stage, Brandname="Baotrixemay", RequestId=f"our-{number}", **change)
        return str(told["CodeResult"])

    assert [trial(1), trial(2), trial(3, Phone="0901888485"), trial(4, Content="thu")] == [
        "100", "124", "100", "100",
    ]  # fmt: skip
    clock.now += timedelta(minutes=5)
    assert trial(5) == "100"
    assert [send(stage, RequestId=f"own-{n}")["CodeResult"] for n in (1, 2)] == ["100", "100"]


def test_status_is_kept_for_seven_days(stage: Stage, clock: Clock) -> None:
    sms_id = send(stage)["SMSID"]
    path = "/MainService.svc/json/GetSendStatus"

    def code() -> str:
        told = stage.http.get(path, params={"RefId": sms_id, **KEYS}).json()
        return str(told["CodeResponse"])

    assert code() == "100"
    clock.now += timedelta(days=7)
    assert code() == "105"
