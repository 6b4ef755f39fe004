"""CHANNELS_*: read from the environment, refused when half a set."""

from datetime import time
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from channels.accounts import SmppAccount, of_environment
from channels.adapters import build_adapters
from channels.settings import ChannelSettings
from contactbook.ports.channel import Channel

KEYS = {
    "CHANNELS_ESMS_API_KEY": "a",
    "CHANNELS_ESMS_SECRET_KEY": "b",
    "CHANNELS_ESMS_BRANDNAME": "MAMNON",
    "CHANNELS_ZALO_ACCESS_TOKEN": "c",
    "CHANNELS_ZALO_TEMPLATES": '[{"kind": "day", "template_id": "338291"}]',
    "CHANNELS_TELEGRAM_TOKEN": "1:d",
    "CHANNELS_SMTP_URL": "smtps://me:p%40ss@relay.example:465",
    "CHANNELS_SMTP_SENDER": "no-reply@hoasen.example",
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_keys_there_is_no_channel() -> None:
    assert build_adapters(ChannelSettings()) == {}


def test_with_all_keys_there_is_every_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    assert set(build_adapters(ChannelSettings())) == set(Channel)


def test_an_empty_line_is_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CHANNELS_ESMS_API_KEY=\nCONTACTBOOK_OTHER=1\n")
    monkeypatch.setenv("CHANNELS_SMTP_URL", "")
    assert build_adapters(ChannelSettings()) == {}


@pytest.mark.parametrize("missing", ["API_KEY", "SECRET_KEY", "BRANDNAME"])
def test_half_a_set_is_refused(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name, value in KEYS.items():
        if not name.endswith(missing):
            monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match="or none"):
        ChannelSettings()


def test_a_relay_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANNELS_SMTP_URL", KEYS["CHANNELS_SMTP_URL"])
    with pytest.raises(ValidationError, match="SMTP_SENDER"):
        ChannelSettings()


def test_an_smsc_needs_a_brandname(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANNELS_SMPP_URL", "smpp://hoamai:smpp-key@127.0.0.1:2775")
    with pytest.raises(ValidationError, match="SMPP_BRANDNAME"):
        ChannelSettings()


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smpp://hoa%40mai:k%3Ay@smsc.example", 2775, False),
        ("smpps://hoa%40mai:k%3Ay@smsc.example", 3550, True),
        ("smpp://hoa%40mai:k%3Ay@smsc.example:7777", 7777, False),
    ],
)
def test_an_smsc_is_named_by_its_address(
    monkeypatch: pytest.MonkeyPatch, url: str, port: int, *, tls: bool
) -> None:
    monkeypatch.setenv("CHANNELS_SMPP_URL", url)
    monkeypatch.setenv("CHANNELS_SMPP_BRANDNAME", "HOAMAI")
    account = of_environment(ChannelSettings())["smpp"]
    assert isinstance(account, SmppAccount)
    assert (account.host, account.port, account.tls) == ("smsc.example", port, tls)
    assert (account.system_id, account.password.get_secret_value()) == ("hoa@mai", "k:y")
    assert set(build_adapters(ChannelSettings())) == {Channel.SMS}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ESMS_URL", "rest.esms.vn"),
        ("TELEGRAM_URL", "ftp://x"),
        ("ZALO_OA_URL", "https://"),
        ("CALLBACK_URL", "https://so.example/?a=1"),
        ("SMTP_URL", "http://me:hunter2@relay"),
        ("SMTP_URL", "smtp://me:hunter2@relay:high"),
        ("SMTP_URL", "smtp://me:hunter2@"),
        ("SMTP_URL", "smtp://me:hunter2@[relay"),
        ("SMPP_URL", "smtp://me:hunter2@smsc"),
        ("SMPP_URL", "smpp://:hunter2@smsc"),
        ("SMPP_URL", "smpp://me:hunter2@smsc:0"),
        ("SMPP_URL", "smpp://me:hunter2@[smsc"),
        ("SMPP_WINDOW", "0"),
        ("SMPP_IDS", "roman"),
        ("ESMS_CALLBACK_SECRET", "hunter2"),
        ("ESMS_CALLBACK_SECRET", "hunter2/hunter2/hunter2"),
        ("TELEGRAM_WEBHOOK_SECRET", "hunter2 hunter2"),
        ("TIMEOUT_SECONDS", "0"),
        ("CONNECTIONS", "0"),
        ("SMS_MAX_PARTS", "0"),
        ("ZALO_WEBHOOK_SECRETS", '["hunter2"'),
        ("ZALO_ZBS_HOURS", "2=7-22"),
        ("ZALO_ZBS_HOURS", "2=07:00-25:00"),
        ("ZALO_TEMPLATES", '[{"kind": "day"}]'),
        ("ZALO_TEMPLATES", '[{"kind": "day", "template_id": "1"}]'),
        ("ZALO_ZBS_URL", "business"),
        ("ZALO_RENEW_AT", "1"),
    ],
)
def test_what_cannot_be_right_is_refused_without_being_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CHANNELS_{name}", value)
    with pytest.raises(ValidationError) as refused:
        ChannelSettings()
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("written", ["one, two", '["one", "two"]', " one,two, "])
def test_several_webhook_secrets(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("CHANNELS_ZALO_WEBHOOK_SECRETS", written)
    secrets = ChannelSettings().zalo_webhook_secrets
    assert [secret.get_secret_value() for secret in secrets] == ["one", "two"]


def test_hours_of_tags_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANNELS_ZALO_ZBS_HOURS", "2=06:30-21:00, 3=08:00-20:00")
    tags = {hours.tag: (hours.opens, hours.closes) for hours in ChannelSettings().zalo_zbs_hours}
    assert tags == {"2": (time(6, 30), time(21)), "3": (time(8), time(20))}


def test_settings_are_frozen_described_and_silent_about_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    ours = ChannelSettings()
    assert "p%40ss" not in repr(ours)
    assert isinstance(ours.smtp_url, SecretStr)
    with pytest.raises(ValidationError):
        ours.sms_price_vnd = 1  # type: ignore[misc]
    assert all(field.description for field in ChannelSettings.model_fields.values())
