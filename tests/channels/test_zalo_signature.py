"""Whose a call of Zalo's webhook is: the signature's vector, and everything that is forged."""

import hashlib
import json
from typing import Any

import pytest

from channels.accounts import Surroundings, ZaloAccount
from channels.zalo.adapter import ZaloAdapter
from contactbook.ports.channel import (
    Callback,
    Channel,
    Forged,
    Incoming,
)
from tests.channels.adapter_contract import APP_ID, OA_SECRET, settings
from tests.channels.zalo_events import AT, MAC, VECTOR, read, signed


def test_the_vector_of_the_documents_is_believed() -> None:
    assert len(VECTOR) == 265
    said = Incoming(Channel.ZALO, "2512523625412515", "Xin chào", "96d3cdf3af150460909", AT)
    assert read(VECTOR, f"mac={MAC}") == [said]
    assert read(VECTOR, f" MAC={MAC.upper()} ") == [said]


def test_the_same_event_in_other_bytes_is_forged() -> None:
    again = json.dumps(json.loads(VECTOR), separators=(",", ":")).encode()
    assert b"\\u00e0" in again
    with pytest.raises(Forged):
        read(again, f"mac={MAC}")


@pytest.mark.parametrize(
    "more",
    [
        {"zalo_webhook_secrets": []},
        {"zalo_webhook_secrets": ["other"]},
        {"zalo_app_id": ""},
        {"zalo_app_id": "1"},
    ],
)
def test_without_the_right_secret_or_app_nothing_is_believed(more: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        read(VECTOR, f"mac={MAC}", **more)


@pytest.mark.parametrize("mac", ["", "mac=", MAC[:-1], "mac=à", f"mac={MAC}0"])
def test_a_wrong_mac_is_forged(mac: str) -> None:
    with pytest.raises(Forged):
        read(VECTOR, mac)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 100_000, b'"x"', b"9" * 5000])
def test_what_is_no_event_is_forged(body: bytes) -> None:
    mac = hashlib.sha256(APP_ID.encode() + body + OA_SECRET.encode()).hexdigest()
    with pytest.raises(Forged):
        read(body, f"mac={mac}")


def test_the_apps_own_secret_is_a_candidate_too() -> None:
    account = ZaloAccount(app_id=APP_ID, app_secret=OA_SECRET, access_token="t")
    ours = ZaloAdapter(account, settings(), Surroundings())
    assert ours.hears
    assert ours.read(Callback("POST", "", {}, {"x-zevent-signature": f"mac={MAC}"}, VECTOR))


def test_an_event_of_another_app_is_forged_whoever_signed_it() -> None:
    body, mac = signed({"app_id": "1", "timestamp": "1", "event_name": "user_send_text"})
    with pytest.raises(Forged):
        read(body, mac)


def test_what_is_said_of_another_official_account_is_not_ours() -> None:
    account = ZaloAccount(app_id=APP_ID, webhook_secrets=[OA_SECRET], access_token="t", oa_id="7")
    ours = ZaloAdapter(account, settings(), Surroundings())
    for event, count in [
        ({"sender": {"id": "1"}, "recipient": {"id": "7"}}, 1),
        ({"sender": {"id": "1"}, "recipient": {"id": "8"}}, 0),
    ]:
        more = {"event_name": "user_send_text", "message": {"text": "a", "msg_id": "m"}}
        body, mac = signed(event | more | {"app_id": APP_ID, "timestamp": "1"})
        said = ours.read(Callback("POST", "", {}, {"x-zevent-signature": mac}, body))
        assert len(said) == count
