"""Zalo's consent and its single-use tokens, on good days and bad (shared/reference/zalo.md §2)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.providers.conftest import Stage
from tests.providers.test_zalo import refresh, send

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
APP = "1234567890123456789"
BACK = "https://so.example/office/zalo"


class Clock:
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(clock: Clock) -> dict[str, Any]:
    return {"clock": clock, "zalo_code_challenge": CHALLENGE, "zalo_redirect_uris": (BACK,)}


def consent(stage: Stage, **more: str) -> httpx.Response:
    asked = {"app_id": APP, "redirect_uri": BACK, "code_challenge": CHALLENGE, "state": "s1"} | more
    return stage.http.get("/v4/oa/permission", params=asked)


def code_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def exchange(stage: Stage, code: str, verifier: str = VERIFIER) -> dict[str, Any]:
    form = {"code": code, "app_id": APP, "grant_type": "authorization_code"}
    told: dict[str, Any] = stage.http.post(
        "/v4/oa/access_token",
        data={**form, "code_verifier": verifier},
        headers={"secret_key": "zalo-app-secret"},
    ).json()
    return told


def test_a_consent_brings_a_code_that_is_good_once(stage: Stage) -> None:
    brought = code_of(consent(stage))
    assert (brought["oa_id"], brought["state"]) == ("388613280878808645", "s1")
    first = exchange(stage, brought["code"])
    assert set(first) == {"access_token", "refresh_token", "expires_in"}
    assert first["expires_in"] == "90000"
    assert "access_token" not in exchange(stage, brought["code"])
    assert send(stage, access_token=first["access_token"])["error"] == 0


def test_a_code_needs_its_verifier_and_lives_ten_minutes(stage: Stage, clock: Clock) -> None:
    assert "access_token" not in exchange(stage, code_of(consent(stage))["code"], "x" * 43)
    late = code_of(consent(stage))["code"]
    clock.now += timedelta(minutes=10)
    assert "access_token" not in exchange(stage, late)


@pytest.mark.parametrize(
    ("more", "code"),
    [({"redirect_uri": "https://other.example"}, -14003), ({"app_id": "1"}, -14002)],
)
def test_a_wrong_consent_is_named(stage: Stage, more: dict[str, str], code: int) -> None:
    assert consent(stage, **more).json()["error"] == code


def test_an_access_token_dies_after_its_life(stage: Stage, clock: Clock) -> None:
    token = refresh(stage, "zalo-refresh")["access_token"]
    clock.now += timedelta(seconds=89_999)
    assert send(stage, access_token=token)["error"] == 0
    clock.now += timedelta(seconds=1)
    assert send(stage, access_token=token)["error"] == -220


def test_it_may_die_before_it_answers_and_the_token_is_spent(stage: Stage) -> None:
    stage.script("zalo", "oauth", "reset_after")
    with pytest.raises(httpx.TransportError):
        refresh(stage, "zalo-refresh")
    assert "access_token" not in refresh(stage, "zalo-refresh")
    assert send(stage)["error"] == -220
    state = stage.http.get("/_simulator/state").json()["zalo_tokens"]
    assert state == {"spent": 1, "refused": 1}


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ({"error": "Invalid"}, {"error_name", "error_reason", "error_description"}),
        ({"error": "-118"}, {"error", "message"}),
    ],
)
def test_it_may_refuse_with_http_200_and_spends_nothing(
    stage: Stage, outcome: dict[str, str], told: set[str]
) -> None:
    stage.script("zalo", "oauth", outcome)
    assert set(refresh(stage, "zalo-refresh")) == told
    assert "access_token" in refresh(stage, "zalo-refresh")


def test_it_may_be_slow(stage: Stage) -> None:
    stage.script("zalo", "oauth", {"slow": 0.2})
    assert "access_token" in refresh(stage, "zalo-refresh")


class TestProof:
    @pytest.fixture
    def config(self) -> dict[str, Any]:
        secret = {"zalo_app_secret": "appsecret123", "zalo_access_token": "accesstoken123"}
        return {**secret, "zalo_appsecret_proof": True}

    def test_a_call_without_the_proof_is_refused(self, stage: Stage) -> None:
        proof = "697528a4f2753393d30dc1adf538eb30f3e61dbcf330cdd05fa2f8a128607785"
        token = {"access_token": "accesstoken123"}
        assert send(stage, **token)["error"] == -242
        assert send(stage, **token, appsecret_proof=proof[:-1] + "0")["error"] == -242
        assert send(stage, **token, appsecret_proof=proof)["error"] == 0
        told = stage.http.get("/message/quota", headers=token).json()
        assert told == {"error": -1241, "message": "Invalid appsecret_proof"}
