"""The Bot API (shared/reference/telegram.md), spoken to with httpx and python-telegram-bot."""

import asyncio
import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from typing import Any

import httpx
import pytest
import telegram
from telegram.request import HTTPXRequest

from tests.providers.conftest import Stage

TOKEN = "123456:AAtoken"
CHAT = 55


def call(stage: Stage, method: str, **form: object) -> httpx.Response:
    return stage.http.post(f"/bot{TOKEN}/{method}", data=form)


def send(stage: Stage, **form: object) -> httpx.Response:
    told = {"chat_id": CHAT, "text": "Bé An đã đến lớp.", **form}
    return call(stage, "sendMessage", **told)


def test_get_me_is_answered_without_a_body(stage: Stage) -> None:
    answer = stage.http.post(f"/bot{TOKEN}/getMe")
    assert answer.status_code == 200
    assert answer.json()["ok"] is True
    assert answer.json()["result"]["id"] == 123456


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("/bot123456:WRONG/getMe", 401, "Unauthorized"),
        ("/botmalformed/getMe", 404, "Not Found"),
        (f"/bot{TOKEN}/sendNothing", 404, "Not Found: method not found"),
    ],
)
def test_wrong_addresses(stage: Stage, path: str, status: int, description: str) -> None:
    answer = stage.http.post(path)
    assert answer.status_code == status
    assert answer.json() == {"ok": False, "error_code": status, "description": description}


def test_form_multipart_and_json_say_the_same(stage: Stage) -> None:
    markup = {"inline_keyboard": [[{"text": "Đã đọc", "callback_data": "read:1"}]]}
    url, base = f"/bot{TOKEN}/SENDMESSAGE", {"chat_id": "55", "text": "Chào"}
    stage.http.post(url, data={**base, "reply_markup": json.dumps(markup)})
    stage.http.post(url, json={"chat_id": 55, "text": "Chào", "reply_markup": markup})
    stage.http.post(
        url, files={k: (None, v) for k, v in {**base, "reply_markup": json.dumps(markup)}.items()}
    )
    found = stage.arrived("telegram")
    assert [(m["address"], m["text"], m["buttons"]) for m in found] == [
        ("55", "Chào", [["Đã đọc", "read:1"]])
    ] * 3


def test_the_result_of_a_send(stage: Stage) -> None:
    result = send(stage, text="<b>Bé An</b> &amp; bạn", parse_mode="HTML").json()["result"]
    assert result["chat"]["id"] == CHAT
    assert result["chat"]["type"] == "private"
    assert result["text"] == "Bé An & bạn"
    assert result["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert isinstance(result["message_id"], int)


@pytest.mark.parametrize(
    ("form", "description"),
    [
        ({"text": " "}, "Bad Request: message text is empty"),
        ({"text": "ạ" * 4097}, "Bad Request: message is too long"),
        ({"chat_id": "@nobody"}, "Bad Request: chat not found"),
        ({"chat_id": ""}, "Bad Request: chat_id is empty"),
        (
            {
                "reply_markup": json.dumps(
                    {"inline_keyboard": [[{"text": "x", "callback_data": "ạ" * 22}]]}
                )
            },
            "Bad Request: BUTTON_DATA_INVALID",
        ),
    ],
)
def test_a_wrong_message(stage: Stage, form: dict[str, Any], description: str) -> None:
    answer = send(stage, **form)
    assert answer.status_code == 400
    assert answer.json() == {"ok": False, "error_code": 400, "description": description}


@pytest.mark.parametrize("text", ["<b>open", "</b>", "<script>x</script>", "<b><i>x</b></i>"])
def test_html_that_cannot_be_parsed(stage: Stage, text: str) -> None:
    answer = send(stage, text=text, parse_mode="HTML")
    assert answer.status_code == 400
    assert answer.json()["description"].startswith("Bad Request: can't parse entities: ")


def test_4096_characters_pass_and_markup_does_not_count(stage: Stage) -> None:
    assert send(stage, text=f"<b>{'ạ' * 4096}</b>", parse_mode="HTML").is_success


@pytest.mark.parametrize(
    ("state", "status", "description"),
    [
        ("blocked", 403, "Forbidden: bot was blocked by the user"),
        ("deactivated", 403, "Forbidden: user is deactivated"),
        ("stranger", 403, "Forbidden: bot can't initiate conversation with a user"),
        ("unknown", 400, "Bad Request: chat not found"),
    ],
)
def test_a_chat_has_a_state(stage: Stage, state: str, status: int, description: str) -> None:
    stage.door("people", {"channel": "telegram", "address": str(CHAT), "state": state})
    answer = send(stage)
    assert (answer.status_code, answer.json()["description"]) == (status, description)
    assert stage.arrived() == []


class TestStrangers:
    @pytest.fixture
    def config(self) -> dict[str, Any]:
        return {"telegram_strangers_started": False}

    def test_a_parent_must_press_start_first(self, stage: Stage) -> None:
        assert send(stage).status_code == 403
        stage.door("say", {"channel": "telegram", "address": str(CHAT), "text": "/start abc_1-X"})
        assert send(stage).is_success
        [update] = [json.loads(heard.body) for heard in stage.ears.heard(1)]
        assert update["message"]["text"] == "/start abc_1-X"
        entity = {"type": "bot_command", "offset": 0, "length": 6}
        assert update["message"]["entities"] == [entity]


class TestFloods:
    @pytest.fixture
    def config(self) -> dict[str, Any]:
        from channels.simulator.config import utc_now  # noqa: PLC0415 a still clock, once

        still = utc_now()
        return {"telegram_chat_limit": 1, "telegram_bot_limit": 3, "clock": lambda: still}

    def test_a_second_message_to_one_chat_must_wait(self, stage: Stage) -> None:
        assert send(stage).is_success
        answer = send(stage)
        assert answer.status_code == 429
        assert answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 1",
            "parameters": {"retry_after": 1},
        }
        assert send(stage, chat_id=56).is_success
        assert send(stage, chat_id=57).status_code == 429


def test_updates_carry_the_secret_and_rise(stage: Stage) -> None:
    for text in ("Chào cô", "xin nghỉ"):
        stage.door("say", {"channel": "telegram", "address": str(CHAT), "text": text})
    heard = stage.ears.heard(2)
    updates = sorted((json.loads(one.body) for one in heard), key=itemgetter("update_id"))
    assert updates[1]["update_id"] == updates[0]["update_id"] + 1
    assert {one.headers["x-telegram-bot-api-secret-token"] for one in heard} == {"telegram-secret"}
    assert updates[0]["message"]["from"]["id"] == CHAT


def test_an_update_is_repeated_until_it_is_heard(stage: Stage) -> None:
    stage.ears.answers.extend([500, 502, 204])
    stage.door("say", {"channel": "telegram", "address": str(CHAT), "text": "Chào cô"})
    heard = stage.ears.heard(3)
    assert len({one.body for one in heard}) == 1
    stage.ears.until(
        lambda _: call(stage, "getWebhookInfo").json()["result"]["pending_update_count"] == 0
    )


def test_a_tap_is_a_callback_query_that_can_be_answered_once(stage: Stage) -> None:
    number = send(stage).json()["result"]["message_id"]
    tap = {"channel": "telegram", "address": str(CHAT), "tap": "read:1", "message_id": number}
    stage.door("say", tap)
    [update] = [json.loads(one.body) for one in stage.ears.heard(1)]
    query = update["callback_query"]
    assert (query["data"], query["message"]["message_id"]) == ("read:1", number)
    assert (
        call(stage, "answerCallbackQuery", callback_query_id=query["id"]).json()["result"] is True
    )
    late = call(stage, "answerCallbackQuery", callback_query_id=query["id"]).json()
    assert late["description"].startswith("Bad Request: query is too old")


def test_blocking_the_bot_is_told_and_felt(stage: Stage) -> None:
    stage.door("say", {"channel": "telegram", "address": str(CHAT), "member": "kicked"})
    [update] = [json.loads(one.body) for one in stage.ears.heard(1)]
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert send(stage).status_code == 403


@pytest.mark.parametrize(
    ("form", "description"),
    [
        ({"url": "http://school.example/x"}, "bad webhook: An HTTPS URL must be provided"),
        ({"url": "https://school.example:9000/"}, "bad webhook: Webhook can be set up only on"),
        ({"url": "https://s.example/", "secret_token": "a b"}, "secret token contains unallowed"),
        ({"url": "https://s.example/", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
def test_a_webhook_must_be_right(stage: Stage, form: dict[str, str], description: str) -> None:
    answer = call(stage, "setWebhook", **form)
    assert answer.status_code == 400
    assert answer.json()["description"].startswith(f"Bad Request: {description}")


def test_polling_and_webhook_exclude_each_other(stage: Stage) -> None:
    answer = call(stage, "getUpdates")
    assert answer.status_code == 409
    assert answer.json()["description"].startswith("Conflict: can't use getUpdates method while")
    call(stage, "deleteWebhook")
    stage.door("say", {"channel": "telegram", "address": str(CHAT), "text": "Chào cô"})
    [update] = call(stage, "getUpdates").json()["result"]
    assert update["message"]["text"] == "Chào cô"
    assert call(stage, "getUpdates", offset=update["update_id"] + 1).json()["result"] == []


def test_an_own_message_can_be_changed_and_removed(stage: Stage) -> None:
    number = send(stage, text="nhầm").json()["result"]["message_id"]
    same = call(stage, "editMessageText", chat_id=CHAT, message_id=number, text="nhầm").json()
    assert same["description"].startswith("Bad Request: message is not modified: ")
    assert call(stage, "editMessageText", chat_id=CHAT, message_id=number, text="đúng").is_success
    assert stage.arrived()[0]["text"] == "đúng"
    assert call(stage, "deleteMessage", chat_id=CHAT, message_id=number).json()["result"] is True


@pytest.mark.parametrize(
    ("outcome", "status", "parameters"),
    [
        ({"throttle": 7}, 429, {"retry_after": 7}),
        ({"error": "blocked"}, 403, None),
        ({"error": "migrated"}, 400, {"migrate_to_chat_id": -1001234567890}),
        ({"http": 502}, 502, None),
    ],
)
def test_scripted_answers(
    stage: Stage, outcome: object, status: int, parameters: dict[str, int] | None
) -> None:
    stage.script("telegram", str(CHAT), outcome)
    answer = send(stage)
    assert answer.status_code == status
    if parameters:
        assert answer.json()["parameters"] == parameters
    assert send(stage).is_success


async def by_library(url: str) -> tuple[telegram.User, telegram.Message, telegram.Message, str]:
    """What python-telegram-bot makes of our answers."""
    bot = telegram.Bot(TOKEN, base_url=f"{url}/bot", request=HTTPXRequest(read_timeout=5))
    async with bot:
        keys = telegram.InlineKeyboardMarkup(
            [[telegram.InlineKeyboardButton("Đã đọc", callback_data="read:1")]]
        )
        sent = await bot.send_message(CHAT, "<b>Bé An</b>", parse_mode="HTML", reply_markup=keys)
        photo = await bot.send_photo(CHAT, b"\xff\xd8jpeg", caption="Bé vẽ", filename="ve.jpg")
        await bot.set_my_commands([telegram.BotCommand("homnay", "Hôm nay")])
        try:
            await bot.send_message(66, "x")
        except telegram.error.Forbidden as error:
            return bot.bot, sent, photo, str(error)
    return bot.bot, sent, photo, ""


def test_python_telegram_bot_understands_us(stage: Stage) -> None:
    stage.door("people", {"channel": "telegram", "address": "66", "state": "blocked"})
    me, sent, photo, refused = asyncio.run(by_library(stage.simulator.http_url))
    assert me.is_bot
    assert sent.text_html == "<b>Bé An</b>"
    assert photo.caption == "Bé vẽ"
    assert refused == "Forbidden: bot was blocked by the user"
    assert [message["picture"] for message in stage.arrived()] == ["", "Ảnh: ve.jpg"]


def say(stage: Stage, **told: object) -> None:
    stage.door("say", {"channel": "telegram", "address": str(CHAT), **told})


def updates(stage: Stage, count: int) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in stage.ears.heard(count)]


def test_a_photo_of_a_parent_is_told_and_can_be_fetched(stage: Stage) -> None:
    photo = {"name": "thuoc.jpg", "data": b64encode(b"\xff\xd8\xff\xd9").decode()}
    say(stage, photo=photo, caption="Thuốc của bé")
    [update] = updates(stage, 1)
    message = update["message"]
    assert message["caption"] == "Thuốc của bé"
    largest = max(message["photo"], key=itemgetter("width"))
    file = call(stage, "getFile", file_id=largest["file_id"]).json()["result"]
    answer = stage.http.get(f"/file/bot{TOKEN}/{file['file_path']}")
    assert (answer.status_code, answer.content) == (200, b"\xff\xd8\xff\xd9")
    assert stage.http.get(f"/file/bot1:x/{file['file_path']}").status_code == 404
    assert stage.http.get(f"/file/bot{TOKEN}/photos/none.jpg").status_code == 404


def test_a_file_over_20_mb_cannot_be_fetched(stage: Stage) -> None:
    say(stage, voice={"size": 20_971_521})
    [update] = updates(stage, 1)
    answer = call(stage, "getFile", file_id=update["message"]["voice"]["file_id"])
    assert answer.json()["description"] == "Bad Request: file is too big"
    assert call(stage, "getFile", file_id="none").status_code == 400


def test_documents_and_groups_of_photos_are_taken(stage: Stage) -> None:
    url = f"/bot{TOKEN}"
    sent = stage.http.post(
        f"{url}/sendDocument",
        data={"chat_id": CHAT, "caption": "Thực đơn"},
        files={"document": ("thucdon.pdf", b"%PDF")},
    )
    assert sent.json()["result"]["document"]["file_name"] == "thucdon.pdf"
    media = [{"type": "photo", "media": "attach://a", "caption": "Bé An"},
             {"type": "photo", "media": "attach://b"}]  # fmt: skip
    group = stage.http.post(
        f"{url}/sendMediaGroup",
        data={"chat_id": CHAT, "media": json.dumps(media)},
        files={"a": ("a.jpg", b"\xff\xd8"), "b": ("b.jpg", b"\xff\xd8")},
    )
    assert [one.get("caption") for one in group.json()["result"]] == ["Bé An", None]
    alone = {"chat_id": CHAT, "media": json.dumps(media[:1])}
    assert stage.http.post(f"{url}/sendMediaGroup", data=alone).status_code == 400


@pytest.mark.parametrize(
    ("form", "description"),
    [
        ({}, "Bad Request: there is no photo in the request"),
        ({"photo": "photo-9"}, "Bad Request: wrong file identifier/HTTP URL specified"),
        ({"photo": "https://x.example/a.jpg", "caption": "ạ" * 1_025},
         "Bad Request: message caption is too long"),
    ],
)  # fmt: skip
def test_a_wrong_photo(stage: Stage, form: dict[str, str], description: str) -> None:
    answer = call(stage, "sendPhoto", chat_id=CHAT, **form)
    assert (answer.status_code, answer.json()["description"]) == (400, description)


def test_a_contact_is_her_own_unless_it_is_said_otherwise(stage: Stage) -> None:
    say(stage, contact="84901888484")
    say(stage, contact={"phone_number": "84901888485", "user_id": 66})
    told = {one["message"]["contact"]["phone_number"]: one["message"] for one in updates(stage, 2)}
    assert told["84901888484"]["contact"]["user_id"] == CHAT
    assert told["84901888485"]["contact"]["user_id"] == 66


def test_an_update_can_be_told_twice(stage: Stage) -> None:
    say(stage, text="Chào cô", times=2)
    first, second = updates(stage, 2)
    assert first == second


def test_a_webhook_that_asks_for_time_gets_it(stage: Stage) -> None:
    stage.ears.answers.append(429)
    say(stage, text="Chào cô")
    assert len(stage.ears.heard(2)) == 2


class TestGone:
    @pytest.fixture
    def config(self) -> dict[str, Any]:
        return {"telegram_gone_after": 0.0}

    def test_a_webhook_that_is_gone_for_good_is_closed(self, stage: Stage) -> None:
        stage.ears.answers.extend([410] * 9)
        say(stage, text="Chào cô")
        stage.ears.heard(1)
        stage.ears.until(lambda _: call(stage, "getWebhookInfo").json()["result"]["url"] == "")
        [update] = call(stage, "getUpdates").json()["result"]
        assert update["message"]["text"] == "Chào cô"


def test_a_long_poll_ends_with_the_first_update(stage: Stage) -> None:
    call(stage, "deleteWebhook")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(call, stage, "getUpdates", timeout=4)
        wait_for_poll(stage, 1)
        say(stage, text="Chào cô")
        [update] = waiting.result().json()["result"]
    assert update["message"]["text"] == "Chào cô"


def test_a_second_poll_ends_the_first_one(stage: Stage) -> None:
    call(stage, "deleteWebhook")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(call, stage, "getUpdates", timeout=4)
        wait_for_poll(stage, 1)
        second = pool.submit(call, stage, "getUpdates", timeout=4)
        wait_for_poll(stage, 2)
        say(stage, text="Chào cô")
        answers = [first.result(), second.result()]
    assert [one.status_code for one in answers] == [409, 200]


def wait_for_poll(stage: Stage, count: int) -> None:
    stage.ears.until(lambda _: stage.simulator.telegram.updates.polls >= count)
