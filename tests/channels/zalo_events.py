"""Events of Zalo's webhooks, signed as Zalo signs; the vector is of zalo.md §11."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from contactbook.ports.channel import (
    Callback,
    Channel,
    Incoming,
    Receipt,
)
from tests.channels.adapter_contract import APP_ID, OA_SECRET, adapter_at

VECTOR = (
    '{"app_id":"1234567890123456789","sender":{"id":"2512523625412515"},'
    '"recipient":{"id":"388613280878808645"},"user_id_by_app":"552177279717587730",'
    '"event_name":"user_send_text","message":{"text":"Xin chào","msg_id":"96d3cdf3af150460909"},'
    '"timestamp":"1793775757000"}'
).encode()
MAC = "48bcccc219dab9942e7b8e2657bed045a99bef0f2fbf9c23c1e6a1806a8e135f"
AT = datetime(2026, 11, 4, 7, 2, 37, tzinfo=UTC)  # the vector's timestamp


def read(body: bytes, mac: str, **more: Any) -> list[Receipt | Incoming]:  # noqa: ANN401 settings
    ours = adapter_at(Channel.ZALO, "http://127.0.0.1:9", **more)
    return list(ours.read(Callback("POST", "oa", {}, {"x-zevent-signature": mac}, body)))


def signed(event: dict[str, Any], secret: str = OA_SECRET) -> tuple[bytes, str]:
    body = json.dumps(event, ensure_ascii=False).encode()
    plain = APP_ID.encode() + body + str(event.get("timestamp", "")).encode() + secret.encode()
    return body, "mac=" + hashlib.sha256(plain).hexdigest()


def told(event: dict[str, Any]) -> list[Receipt | Incoming]:
    return read(*signed({"app_id": APP_ID, "timestamp": "1793775757000"} | event))
