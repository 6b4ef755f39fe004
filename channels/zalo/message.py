"""A consultation message as Zalo wants it, and what it may hold.

Limits as of 2026-11; Zalo refuses what is over, it cuts nothing, so neither do we. Source:
reference/zalo.md section 4.
"""

from collections.abc import Sequence
from typing import Any

from contactbook.ports.channel import Button, GiveUp, Outgoing

LONGEST_TEXT = 2_000  # characters; -210
MOST_BUTTONS = 5
LONGEST_BUTTON, LONGEST_PAYLOAD = 100, 1_000
LONGEST_TITLE, LONGEST_SUBTITLE = 100, 500  # of a request for the phone number
# A tap comes back as if its payload had been typed: by this beginning it is told from words.
TAP = "cb:"


def consultation(
    message: Outgoing, *, attachment_id: str = "", phone_image_url: str = ""
) -> dict[str, Any]:
    """The body of /v3.0/oa/message/cs. Raises GiveUp for what Zalo would refuse.

    With a picture the buttons stay away: no document shows both in one message, and `body` says
    all that they say.
    """
    words: dict[str, Any]
    if message.asks_phone:
        words = {"attachment": _phone_request(message.body, phone_image_url)}
    else:
        words = {"text": _text(message.body)} | _attached(message.buttons, attachment_id)
    if message.answers:
        words["quote_message_id"] = message.answers
    return {"recipient": {"user_id": message.address}, "message": words}


def _text(body: str) -> str:
    if not body or len(body) > LONGEST_TEXT:
        raise GiveUp(f"Zalo: a text of {len(body)} characters, {LONGEST_TEXT} are the most")
    return body


def _attached(buttons: Sequence[Button], attachment_id: str) -> dict[str, Any]:
    if attachment_id:
        picture = {"media_type": "image", "attachment_id": attachment_id}
        return {"attachment": _template(template_type="media", elements=[picture])}
    if not buttons:
        return {}
    if len(buttons) > MOST_BUTTONS:
        raise GiveUp(f"Zalo: {len(buttons)} buttons, {MOST_BUTTONS} are the most")
    return {"attachment": _template(buttons=[_button(one) for one in buttons])}


def _button(button: Button) -> dict[str, Any]:
    if not button.title or len(button.title) > LONGEST_BUTTON:
        raise GiveUp(f"Zalo: a button of {len(button.title)} characters")
    if button.url:
        return {"title": button.title, "type": "oa.open.url", "payload": {"url": button.url}}
    payload = TAP + button.reply
    if len(payload) > LONGEST_PAYLOAD:
        raise GiveUp(f"Zalo: a button's payload of {len(payload)} characters")
    return {"title": button.title, "type": "oa.query.hide", "payload": payload}


def _phone_request(body: str, image_url: str) -> dict[str, Any]:
    """Zalo's own form, which has a title and a subtitle instead of a text."""
    title, subtitle = _headed(body)
    if not title or len(subtitle) > LONGEST_SUBTITLE:
        raise GiveUp(f"Zalo: a request for the phone number of {len(body)} characters")
    element = {"title": title, "subtitle": subtitle, "image_url": image_url}
    filled = {name: words for name, words in element.items() if words}
    return _template(template_type="request_user_info", elements=[filled])


def _headed(body: str) -> tuple[str, str]:
    """The first line, or as many of its words as fit a title; and all the rest."""
    title, _, rest = body.strip().partition("\n")
    if len(title) > LONGEST_TITLE:
        end = title.rfind(" ", 0, LONGEST_TITLE + 1)
        end = end if end > 0 else LONGEST_TITLE
        title, rest = title[:end], f"{title[end:].strip()}\n{rest}"
    return title.strip(), rest.strip()


def _template(**payload: Any) -> dict[str, Any]:  # noqa: ANN401 words and lists of them
    return {"type": "template", "payload": payload}
