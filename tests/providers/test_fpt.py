"""FPT's brandname service, as independent clients know it (shared/reference/sms.md §3)."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.providers.conftest import Stage

TOKENS, PUSH = "/oauth2/token", "/api/push-brandname-otp"
CLIENT = {
    "grant_type": "client_credentials",
    "client_id": "fpt-client",
    "client_secret": "fpt-secret",
    "scope": "send_brandname_otp",
    "session_id": "s1",
}
TEXT = "Truong MN Hoa Mai: be An hom nay di hoc."


class Clock:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(clock: Clock) -> dict[str, Any]:
    return {"clock": clock, "fpt_blocked_words": ("casino",)}


def token(stage: Stage, **change: str) -> dict[str, Any]:
    told: dict[str, Any] = stage.http.post(TOKENS, json={**CLIENT, **change}).json()
    return told


def form(text: str = TEXT, **change: object) -> dict[str, object]:
    return {
        "session_id": "s1",
        "BrandName": "HOAMAI",
        "Phone": "0901888484",
        "Message": base64.b64encode(text.encode()).decode(),
        "RequestId": "our-1",
        **change,
    }


def push(stage: Stage, text: str = TEXT, **change: object) -> dict[str, Any]:
    body = {"access_token": token(stage)["access_token"], **form(text, **change)}
    told: dict[str, Any] = stage.http.post(PUSH, json=body).json()
    return told


def test_an_accepted_message_is_on_the_phone(stage: Stage) -> None:
    told = push(stage, "Bé An hôm nay đi học")
    [message] = stage.arrived("sms")
    assert message["provider_id"] == told["MessageId"]
    assert (message["text"], message["reference"]) == ("Bé An hôm nay đi học", "our-1")
    stage.ears.until(lambda _: stage.arrived()[0]["state"] == "delivered")
    assert stage.ears.calls == []  # nobody is called back


def test_the_token_may_stand_in_the_header(stage: Stage) -> None:
    value = token(stage)["access_token"]
    headers = {"Authorization": f"Bearer {value}"}
    assert stage.http.post(PUSH, json=form(), headers=headers).json()["MessageId"]


@pytest.mark.parametrize(
    "change",
    [{"client_id": "x"}, {"client_secret": "x"}, {"scope": "send_brandname"}, {"session_id": ""}],
)
def test_a_stranger_gets_no_token(stage: Stage, change: dict[str, str]) -> None:
    assert token(stage, **change)["error"] == 1008


@pytest.mark.parametrize(
    ("text", "change", "code"),
    [
        (TEXT, {"access_token": "wrong"}, 1011),
        (TEXT, {"session_id": "another"}, 1011),
        (TEXT, {"BrandName": "hoamai"}, 2513),
        (TEXT, {"Message": "not base64!"}, 2518),
        (TEXT, {"Phone": "02838291111"}, 2518),
        ("Casino online", {}, 2519),
    ],
)
def test_a_wrong_request_gets_its_code(
    stage: Stage, text: str, change: dict[str, str], code: int
) -> None:
    assert push(stage, text, **change)["error"] == code
    assert stage.arrived() == []


def test_a_token_ends_after_an_hour(stage: Stage, clock: Clock) -> None:
    value = token(stage)["access_token"]
    clock.now += timedelta(minutes=59)
    body = {"access_token": value, **form()}
    assert "MessageId" in stage.http.post(PUSH, json=body).json()
    clock.now += timedelta(minutes=1)
    assert stage.http.post(PUSH, json=body).json()["error"] == 1013


def test_a_text_goes_to_a_number_once_in_five_minutes(stage: Stage, clock: Clock) -> None:
    assert "MessageId" in push(stage)
    clock.now += timedelta(minutes=4)
    assert push(stage, RequestId="our-2")["error"] == 2501
    assert "MessageId" in push(stage, "another text")
    clock.now += timedelta(minutes=1)
    assert "MessageId" in push(stage)
    assert len(stage.arrived()) == 3


def test_faults_come_as_scripted(stage: Stage) -> None:
    stage.script("sms", "0901888484", {"error": "2518"}, {"throttle": 3}, "hang_after")
    assert push(stage)["error"] == 2518
    body = {"access_token": token(stage)["access_token"], **form()}
    limited = stage.http.post(PUSH, json=body)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "3")
    assert stage.arrived() == []
    with pytest.raises(httpx.ReadTimeout):
        stage.http.post(PUSH, json=body, timeout=0.3)
    assert len(stage.arrived()) == 1


@pytest.mark.parametrize(("method", "status"), [("GET", 405), ("POST", 400)])
def test_what_is_no_request_is_refused(stage: Stage, method: str, status: int) -> None:
    assert stage.http.request(method, TOKENS, content=b"[]").status_code == status


class TestTemplates:
    @pytest.fixture
    def config(self) -> dict[str, Any]:
        return {"fpt_templates": ("Truong {P1,20}: be {P2,10} hom nay di hoc.",)}

    @pytest.mark.parametrize(("text", "taken"), [(TEXT, True), ("Ba me oi", False)])
    def test_a_text_must_be_of_a_registered_template(
        self, stage: Stage, text: str, taken: bool
    ) -> None:
        told = push(stage, text)
        assert ("MessageId" in told) is taken
        assert taken or told["error"] == 2518
