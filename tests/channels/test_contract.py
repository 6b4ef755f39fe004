"""The promises of `ChannelAdapter`, kept by all four over real sockets."""

import asyncio
import json
import socket
import threading
import traceback
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from channels.adapters import build_adapters
from contactbook.ports.channel import (
    Accepted,
    Callback,
    Channel,
    Forged,
    Incoming,
    OutcomeUnknown,
    Receipt,
    SendFailed,
    TryAgain,
)
from tests.channels.adapter_contract import (
    ADDRESSES,
    ESMS_SECRET,
    KEYS,
    TAKEN,
    TELEGRAM_SECRET,
    TEXT,
    Trouble,
    adapter_at,
    all_at,
    answered,
    open_adapter,
    outgoing,
    run,
    tried,
)
from tests.channels.wire import HANG_UP, SILENCE, http_provider, mail_relay, reply

every_channel = pytest.mark.parametrize("channel", list(ADDRESSES))
over_http = pytest.mark.parametrize("channel", [Channel.SMS, Channel.ZALO, Channel.TELEGRAM])
HTML = b"<html><body>Bao tri he thong</body></html>"

LOST = {
    "hung up after the request": Trouble(HANG_UP, {"dot": HANG_UP}),
    "no answer in time": Trouble(SILENCE, {"dot": SILENCE}),
    "a web page with 200": Trouble(reply(200, HTML), {"dot": b"<html> Bao tri"}),
    "half an answer": Trouble(
        b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"CodeResult":"101"', {"dot": b"25"}
    ),
    "not HTTP at all": Trouble(b"220 mail.example ESMTP\r\n\r\n", {"dot": b"HTTP/1.1 200 OK"}),
    "500": Trouble(reply(500, {"error": 0}), {"dot": b"259 odd"}),
    "502 with a web page": Trouble(reply(502, HTML), {"dot": HANG_UP}),
    "JSON, but a list": Trouble(reply(200, b"[1, 2]"), {"dot": HANG_UP}),
    "an empty object": Trouble(reply(200, b"{}"), {"dot": HANG_UP}),
    "ten thousand brackets": Trouble(reply(200, b"[" * 10_000), {"dot": HANG_UP}),
    "an answer without end": Trouble(reply(200, b" " * 400_000), {"dot": HANG_UP}),
}


@every_channel
@pytest.mark.parametrize("trouble", LOST.values(), ids=LOST.keys())
def test_what_left_and_was_not_answered_is_unknown(channel: Channel, trouble: Trouble) -> None:
    assert type(trouble.met_by(channel)) is OutcomeUnknown


@every_channel
def test_a_refused_connection_may_be_tried_again(channel: Channel) -> None:
    with socket.socket() as nobody:  # bound, never listening
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"

        async def story() -> object:
            async with open_adapter(channel, url) as ours:
                return await tried(ours, outgoing(channel))

        assert isinstance(run(story()), TryAgain)


@every_channel
def test_a_connection_nobody_takes_may_be_tried_again(channel: Channel) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:  # fills the backlog: the next connection is not even answered
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))

        async def story() -> object:
            async with open_adapter(channel, f"http://127.0.0.1:{port}") as ours:
                return await tried(ours, outgoing(channel))

        came = run(story())
        for one in waiting:
            one.close()
        assert isinstance(came, TryAgain)


@over_http
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("999999999999999999999", 3600),
        ("Tue, 24 Nov 2026 09:31:20 GMT", 60),
        ("Tue, 24 Nov 2020 09:31:20 GMT", 1),
        ("Tue, 24 Nov 9999 09:31:20 GMT", 3600),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_a_throttled_message_waits_as_long_as_asked(
    channel: Channel, header: str, seconds: int | None
) -> None:
    came, _ = answered(channel, reply(429, HTML, Retry_After=header))
    assert isinstance(came, TryAgain)
    assert came.after == (timedelta(seconds=seconds) if seconds else None)


@every_channel
def test_a_closed_counter_may_be_tried_again(channel: Channel) -> None:
    shut = Trouble(reply(503, HTML, Retry_After="9"), {"mail": b"451 4.3.0 try later"})
    came = shut.met_by(channel)
    if channel is Channel.TELEGRAM:  # its documents call every 5xx ambiguous
        assert isinstance(came, OutcomeUnknown)
    else:
        assert isinstance(came, TryAgain)


@every_channel
def test_a_message_is_taken_and_its_connection_kept(channel: Channel) -> None:
    trouble = Trouble(TAKEN.get(channel, b""), {})

    async def story() -> int:
        async with trouble.provider(channel) as there:
            url = getattr(there, "url", "") or f"http://127.0.0.1:{there.port}"
            async with open_adapter(channel, url) as ours:
                for _ in range(3):
                    came = await tried(ours, outgoing(channel))
                    assert isinstance(came, Accepted)
                    assert came.provider_id
            return int(getattr(there, "connections", 1))

    assert run(story()) == 1


@every_channel
def test_sixty_four_at_once_all_arrive(channel: Channel) -> None:
    trouble = Trouble(TAKEN.get(channel, b""), {})

    async def story() -> list[object]:
        async with trouble.provider(channel) as there:
            url = getattr(there, "url", "") or f"http://127.0.0.1:{there.port}"
            async with open_adapter(channel, url, timeout_seconds=10) as ours:
                hers = ADDRESSES[channel]
                # Telegram takes one message a second to a chat: a whole class is as many chats
                each = [f"{n}55" if channel is Channel.TELEGRAM else hers for n in range(64)]
                together = [tried(ours, outgoing(channel, address=one)) for one in each]
                return list(await asyncio.gather(*together))

    assert all(isinstance(came, Accepted) for came in run(story()))


@every_channel
def test_a_cancelled_send_is_cancelled_and_the_next_one_works(channel: Channel) -> None:
    says = [SILENCE, TAKEN.get(channel, b"")]

    async def story() -> object:
        http = http_provider(lambda _: says.pop(0))
        async with mail_relay(dot=SILENCE) as relay, http as there:
            mail = channel is Channel.EMAIL
            url = f"http://127.0.0.1:{relay.port}" if mail else there.url
            async with open_adapter(channel, url, timeout_seconds=5) as ours:
                sending = asyncio.ensure_future(ours.send(outgoing(channel)))
                await asyncio.sleep(0.1)
                sending.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await sending
                relay.says.clear()
                return await tried(ours, outgoing(channel))

    assert isinstance(run(story()), Accepted)


@every_channel
@pytest.mark.parametrize(
    "trouble",
    [
        *LOST.values(),
        Trouble(reply(400, TEXT.encode()), {"rcpt": b"550 <phuhuynh@example.vn> unknown"}),
        Trouble(
            reply(403, {"ok": False, "description": f"Forbidden: {TEXT}"}),
            {"dot": f"554 {TEXT}".encode()},
        ),
    ],
)
def test_failures_name_no_person_no_text_and_no_key(channel: Channel, trouble: Trouble) -> None:
    failed = trouble.met_by(channel)
    assert isinstance(failed, SendFailed)
    told = str(failed) + "".join(traceback.format_exception(failed))
    keys = [str(value) for name, value in KEYS.items() if name.endswith(("key", "token"))]
    for private in (TEXT, ADDRESSES[channel], ADDRESSES[channel].lstrip("+84"), *keys):
        assert len(private) < 6 or private not in told


@every_channel
def test_adapters_are_made_in_a_thread_that_has_no_loop(channel: Channel) -> None:
    made: list[object] = []
    thread = threading.Thread(target=lambda: made.append(adapter_at(channel, "http://127.0.0.1:9")))
    thread.start()
    thread.join()
    assert made


def test_a_channel_without_keys_is_not_there() -> None:
    nothing = all_at("http://127.0.0.1:9").model_copy(
        update={"zalo_access_token": None, "esms_api_key": None, "smtp_url": None}
    )
    assert set(build_adapters(nothing)) == {Channel.TELEGRAM}


# --- callbacks -----------------------------------------------------------------------------------

words = st.text(st.characters(codec=None), max_size=40)  # half characters, too
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
esms_fields = st.sampled_from(
    ["SMSID", "SendFailed", "SendStatus", "SendSuccess", "TotalPrice", "RequestId", "telcoid"]
)
esms_values = words | st.sampled_from(["5", "4", "1", "0", "850.0000", "1e999999", "NaN", "d533"])
READERS = {channel: adapter_at(channel, "http://127.0.0.1:9") for channel in ADDRESSES}


def heard(channel: Channel, callback: Callback) -> list[Receipt | Incoming] | None:
    try:
        return list(READERS[channel].read(callback))
    except Forged:
        return None


@every_channel
@given(method=words, path=words, query=st.dictionaries(words, words), body=st.binary(), mac=words)
def test_a_stranger_is_forged_whatever_he_says(
    channel: Channel, method: str, path: str, query: dict[str, str], body: bytes, mac: str
) -> None:
    assume(mac != TELEGRAM_SECRET)  # hypothesis reads our constants, and tries them
    names = ("x-zevent-signature", "x-telegram-bot-api-secret-token", "content-length")
    callback = Callback(method, path, query, dict.fromkeys(names, mac), body)
    assert heard(channel, callback) is None


@given(query=st.dictionaries(esms_fields, esms_values))
def test_esms_may_say_anything(query: dict[str, str]) -> None:
    said = heard(Channel.SMS, Callback("GET", f"esms/{ESMS_SECRET}", query))
    assert said is not None
    assert all(isinstance(one, Receipt) and storable(one.provider_id) for one in said)


@given(update=st.dictionaries(st.sampled_from(["update_id", "message", "edited_message"]), junk))
def test_telegram_may_say_anything(update: dict[str, object]) -> None:
    secret = {"x-telegram-bot-api-secret-token": TELEGRAM_SECRET}
    body = as_json(update)
    assert heard(Channel.TELEGRAM, Callback("POST", "", {}, secret, body)) is not None


@given(id_=junk, kind=st.just("private") | junk, text=junk, date=junk, update_id=junk)
def test_telegram_messages_of_every_shape_can_be_stored(
    id_: object, kind: object, text: object, date: object, update_id: object
) -> None:
    message = {"chat": {"id": id_, "type": kind}, "text": text, "date": date}
    body = as_json({"update_id": update_id, "message": message})
    secret = {"x-telegram-bot-api-secret-token": TELEGRAM_SECRET}
    said = heard(Channel.TELEGRAM, Callback("POST", "", {}, secret, body))
    assert said is not None
    assert all(isinstance(one, Incoming) and storable(one.text) for one in said)


def storable(text: str) -> bool:
    return "\x00" not in text and text.encode("utf-8").decode() == text


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()
