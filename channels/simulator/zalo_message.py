"""A Zalo message as it is sent: what it must look like, and the words of every error."""

from typing import Any

from channels.simulator.zalo_uploads import Uploads

LONGEST_TEXT, LONGEST_SUBTITLE = 2_000, 500
FORM = ("title", "subtitle")
MOST_BUTTONS, LONGEST_TITLE, LONGEST_PAYLOAD = 5, 100, 1_000
APP_FULL = "Your application reached limit call api"
OA_FULL = "Your OA reached limit call api"
SAID = {  # the document's texts, with its typing errors
    -32: APP_FULL,
    -100: "attachment_id was expired",
    -200: "Send message failed",
    -201: "user_id is invalid!",
    -204: "Offical Account is disable",
    -205: "Offical Account is not exist",
    -209: "Not supported this api",
    -210: "Parameter exceeds allowable limit",
    -211: "Out of quota",
    -212: "App has not registed this api",
    -213: "User has not followed OA",
    -216: "Access token is invalid",
    -217: "User has blocked invitation from OA",
    -218: "Out of quota receive",
    -219: "App is removed or disabled",
    -220: "access_token is expired or removed",
    -221: "OA needs to be verified",
    -223: "OA has not authorized this API",
    -224: "OA needs to upgrade OA Tier Package",
    -227: "User is banned or inactive > 45 days",
    -230: "User has not interacted with the OA in the past 7 days",
    -232: "User has never interacted with the OA, or the interaction is expired",
    -233: "message type is invalid or not support",
    -234: "Message cannot be sent at night (10:00PM - 6:00AM)",
    -240: "MessageV2 API shut down",
    -242: "Invalid appsecret_proof",
    -244: "User has restricted this message type from your OA",
    -248: "Violates platform standards",
    -249: "Template does not support send via UID",
    -305: "Message is sent after 48 hours",
    -311: "Out of reply quota",
    -320: "Your app needs to connect Zalo Cloud Account",
    -321: "Zalo Cloud Account is out of money",
}


def parts(told: object) -> tuple[str, dict[str, Any]]:
    """Whom a send is for, and its message; an id that is a number is no id."""
    if not isinstance(told, dict) or not isinstance(told.get("recipient"), dict):
        return "", {}
    user, message = told["recipient"].get("user_id"), told.get("message")
    return user if isinstance(user, str) else "", message if isinstance(message, dict) else {}


def _payload(told: dict[str, Any]) -> dict[str, Any]:
    attachment = told.get("attachment")
    found = attachment.get("payload") if isinstance(attachment, dict) else None
    return found if isinstance(found, dict) else {}


def _listed(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in a list of the payload; what is none is passed over."""
    found = _payload(told).get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def fault_of(told: dict[str, Any], uploads: Uploads) -> tuple[int, str]:
    text, payload = told.get("text", ""), _payload(told)
    if not isinstance(text, str) or not (text or payload):
        return -201, "message is invalid!"
    if "attachment" in told and not payload:
        return -201, "attachment is invalid!"
    if len(text) > LONGEST_TEXT:
        return -210, ""
    return _attached(told, payload, uploads) or _buttons_fault(told) or (0, "")


Fault = tuple[int, str] | None


def _attached(told: dict[str, Any], payload: dict[str, Any], uploads: Uploads) -> Fault:
    """What is wrong with an attachment, by its kind."""
    kind, template = told.get("attachment", {}).get("type"), payload.get("template_type")
    elements = _listed(told, "elements")
    if kind == "file":
        return None if uploads.alive(payload.get("token")) else (-201, "token is invalid!")
    if kind is not None and kind != "template":
        return -233, ""
    if template == "media":
        wrong = len(elements) != 1
        return (-201, "elements is invalid!") if wrong else _media(elements[0], uploads)
    if template == "request_user_info":
        return _form(elements)
    return None if template is None else (-233, "")


def _media(element: dict[str, Any], uploads: Uploads) -> Fault:
    kind, url, name = (element.get(key) for key in ("media_type", "url", "attachment_id"))
    if kind not in ("image", "gif", "sticker"):
        return -201, "media_type is invalid!"
    if kind == "gif" and not (element.get("width") and element.get("height")):
        return -201, "width is invalid!"
    if isinstance(url, str) and url.startswith("https://"):
        return None
    if not isinstance(name, str):
        return -201, "attachment_id is invalid!"
    return None if kind == "sticker" or uploads.alive(name) else (-100, "")


def _form(elements: list[dict[str, Any]]) -> Fault:
    if len(elements) != 1:
        return -210, ""
    title, subtitle = (elements[0].get(key, "") for key in ("title", "subtitle"))
    if not isinstance(title, str) or not title or not isinstance(subtitle, str):
        return -201, "title is invalid!"
    long = len(title) > LONGEST_TITLE or len(subtitle) > LONGEST_SUBTITLE
    return (-210, "") if long else None


def _buttons_fault(told: dict[str, Any]) -> Fault:
    listed = _listed(told, "buttons")
    if len(listed) > MOST_BUTTONS:
        return -210, ""
    titles = [str(button.get("title", "")) for button in listed]
    if any(not title or len(title) > LONGEST_TITLE for title in titles):
        return -201, "title is invalid!"
    if not all(_fits(button.get("type"), button.get("payload")) for button in listed):
        return -201, "payload is invalid!"
    return None


def _fits(kind: object, payload: object) -> bool:
    """Whether a button's payload has the form of its type."""
    if kind in ("oa.query.show", "oa.query.hide"):
        return isinstance(payload, str) and 0 < len(payload) <= LONGEST_PAYLOAD
    needed = {"oa.open.url": "url", "oa.open.phone": "phone_code", "oa.open.sms": "phone_code"}
    if kind not in needed or not isinstance(payload, dict):
        return False
    return isinstance(payload.get(needed[str(kind)]), str)


def shown(told: dict[str, Any]) -> str:
    """What a phone shows as text: of a form its title and subtitle."""
    lines = [told.get("text", "")]
    lines += [element.get(key, "") for element in _listed(told, "elements") for key in FORM]
    return "\n".join(line for line in lines if isinstance(line, str) and line)


def buttons(told: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(b.get("title", "")), _sent(b)) for b in _listed(told, "buttons"))


def _sent(button: dict[str, Any]) -> str:
    """What a tap on `button` sends: query buttons their payload, the others nothing."""
    return str(button.get("payload", "")) if "query" in str(button.get("type")) else ""


def picture(told: dict[str, Any]) -> str:
    """Where the picture is: an address, or what its upload was called."""
    found = [one for one in _listed(told, "elements") if one.get("media_type")]
    return next((str(one.get("url") or one.get("attachment_id")) for one in found), "")
