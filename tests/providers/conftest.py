from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from channels.simulator.server import Config, Simulator, running
from tests.providers.ears import Ears, listening


@dataclass(frozen=True)
class Stage:
    """A simulator, a client that speaks to it, and the customer's ears."""

    simulator: Simulator
    http: httpx.Client
    ears: Ears

    def door(self, what: str, told: object) -> None:
        answer = self.http.post(f"/_simulator/{what}", json=told)
        assert answer.is_success, answer.text

    def script(self, channel: str, address: str, *outcomes: object) -> None:
        self.door("script", {"channel": channel, "address": address, "outcomes": outcomes})

    def arrived(self, channel: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get(
            "/_simulator/messages", params={"channel": channel}
        ).json()["messages"]
        return found


CONFIG: dict[str, Any] = {
    "receipt_delay": 0.05,
    "esms_callback_timeout": 0.2,
    "zalo_retries": (0.02, 0.02, 0.02),
    "seen_share": 1.0,
    "telegram_token": "123456:AAtoken",
    "telegram_retry_start": 0.05,
    "mail_slow": 0.5,
}


@pytest.fixture
def ears() -> Iterator[Ears]:
    with listening() as ears:
        yield ears


@pytest.fixture
def config() -> dict[str, Any]:
    """What a test module changes in the accounts."""
    return {}


@pytest.fixture
def stage(ears: Ears, config: dict[str, Any]) -> Iterator[Stage]:
    hooks = {"zalo_webhook_url": f"{ears.url}/zalo", "telegram_webhook_url": f"{ears.url}/telegram"}
    with (
        running(Config(**{**CONFIG, **hooks, **config})) as simulator,
        httpx.Client(base_url=simulator.http_url, timeout=5) as http,
    ):
        yield Stage(simulator, http, ears)
