"""A Zalo message as it is sent: what it must look like, and the words of every error."""

from typing import Any

LONGEST_TEXT = 2_000
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


def fault_of(told: dict[str, Any]) -> tuple[int, str]:
    text, payload = told.get("text", ""), _payload(told)
    listed = _listed(told, "buttons")
    if not isinstance(text, str) or not (text or payload):
        return -201, "message is invalid!"
    if "attachment" in told and not payload:
        return -201, "attachment is invalid!"
    if len(text) > LONGEST_TEXT or len(listed) > MOST_BUTTONS:
        return -210, ""
    titles = [str(button.get("title", "")) for button in listed]
    if any(not title or len(title) > LONGEST_TITLE for title in titles):
        return -201, "title is invalid!"
    long = any(len(sent) > LONGEST_PAYLOAD for _, sent in buttons(told))
    return (-201, "payload is invalid!") if long else (0, "")


def buttons(told: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(b.get("title", "")), _sent(b)) for b in _listed(told, "buttons"))


def _sent(button: dict[str, Any]) -> str:
    """What a tap on `button` sends: query buttons their payload, the others nothing."""
    return str(button.get("payload", "")) if "query" in str(button.get("type")) else ""


def picture(told: dict[str, Any]) -> str:
    return next((str(one.get("url", "")) for one in _listed(told, "elements")), "")
