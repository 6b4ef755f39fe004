"""Zalo's webhook, signed by Zalo and holding anything at all: what comes out can be kept."""

import hashlib
import json
import re
from datetime import UTC
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contactbook.ports.channel import Callback, Channel, Receipt
from tests.channels.adapter_contract import APP_ID, OA_SECRET, adapter_at

words = st.text(st.characters(codec=None), max_size=30)  # half characters, too
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
NAMES = [
    "user_send_text",
    "user_send_link",
    "user_send_image",
    "user_send_file",
    "user_send_location",
    "user_send_",
    "follow",
    "unfollow",
    "user_submit_info",
    "user_received_message",
    "user_seen_message",
    "user_click_chatnow",
    "oa_send_text",
    "change_template_status",
    "change_oa_daily_quota",
]
person = st.fixed_dictionaries({"id": junk | st.just("2512")}) | junk
a_message = st.fixed_dictionaries(
    {},
    optional={
        "text": junk,
        "msg_id": junk | st.just("m1"),
        "msg_ids": junk | st.lists(junk, max_size=3),
        "tracking_id": junk,
        "delivery_time": junk,
        "attachments": junk
        | st.lists(
            st.fixed_dictionaries({"type": junk, "payload": st.fixed_dictionaries({"url": junk})}),
            max_size=3,
        ),
    },
)
an_event = st.fixed_dictionaries(
    {"event_name": st.sampled_from(NAMES) | junk, "timestamp": st.just("1793775757000") | junk},
    optional={
        "sender": person,
        "recipient": person,
        "follower": person,
        "user_id": junk,
        "info": st.fixed_dictionaries({"phone": junk}) | junk,
        "message": a_message | junk,
        "status": junk,
        "quota": junk,
    },
)
OURS = adapter_at(Channel.ZALO, "http://127.0.0.1:9")
NAME = re.compile(r"[A-Za-z0-9_.:-]{0,128}")


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(event=an_event)
def test_zalo_may_say_anything_and_it_can_be_kept(event: dict[str, Any]) -> None:
    body = json.dumps({"app_id": APP_ID} | event).encode()
    stamp = str(json.loads(body)["timestamp"]).encode("utf-8", "surrogatepass")
    mac = hashlib.sha256(APP_ID.encode() + body + stamp + OA_SECRET.encode()).hexdigest()
    for said in OURS.read(Callback("POST", "", {}, {"x-zevent-signature": mac}, body)):
        assert NAME.fullmatch(said.provider_id)
        assert said.at is None or said.at.tzinfo is UTC
        if isinstance(said, Receipt):
            assert said.provider_id or isinstance(said.reference, UUID)
            continue
        assert NAME.fullmatch(said.address)
        assert said.address
        assert NAME.fullmatch(said.phone)
        assert "\x00" not in said.text
        assert said.text.encode().decode() == said.text
        assert all(one.url.isascii() for one in said.media)
