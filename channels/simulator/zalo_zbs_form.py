"""Registered templates of ZBS: what may stand in them, and the words of every error."""

import unicodedata
from dataclasses import dataclass
from typing import Any

SAID = {
    -32: "Your application reached limit call api",
    -100: "Unknown error, please try again later",
    -101: "Application is invalid",
    -102: "Application is not existed",
    -103: "Application is not activated",
    -104: "Secret key of application is invalid",
    -105: "Application is not linked with OA",
    -106: "Method is unsupported",
    -107: "Message id is invalid",
    -108: "Phone number is invalid",
    -109: "Template id is invalid",
    -110: "Zalo version is unsupported",
    -111: "Template data is empty",
    -112: "Template data type is not defined",
    -1121: "Template param is too long",
    -1122: "Template param is missing",
    -1123: "QR code cannot be created",
    -1124: "Template param is in wrong format",
    -113: "Button is invalid",
    -114: "User is inactive or rejects the message",
    -115: "Out of ZBS balance",
    -116: "Body is empty",
    -117: "OA or application has no permission on this template",
    -118: "Zalo account not existed",
    -119: "Account cannot receive message",
    -120: "OA has no permission",
    -121: "Body is not JSON",
    -122: "Text exceeds the limit of characters",
    -124: "Access token is invalid",
    -1241: "Invalid appsecret_proof",
    -130: "Param exceeds its limit",
    -131: "Template is not approved",
    -132: "Param is invalid",
    -133: "Template cannot be sent at night (22:00 - 06:00)",
    -139: "User refuses this type of template",
    -141: "User refuses messages of this OA",
    -144: "OA reached its daily limit",
    -147: "Template reached its daily limit",
    -161: "Sending mode is invalid",
}
ENABLE = "ENABLE"
STATUSES = {"1": ENABLE, "2": "PENDING_REVIEW", "3": "REJECT", "4": "DISABLE"}


@dataclass(frozen=True, kw_only=True)
class Template:
    """One that the account has registered."""

    id: str
    name: str
    tag: str = "TRANSACTION"  # | CUSTOMER_CARE | PROMOTION
    params: tuple[dict[str, Any], ...] = ()  # as /template/info/v2 tells them
    text: str = ""  # what a phone shows, with <name> where a parameter stands
    price: int = 200  # VND, by phone
    price_uid: int = 140
    status: str = ENABLE
    daily: int = 0  # messages a day; 0: as many as the account
    by_uid: bool = True  # one-time codes, quick answers and journeys are not

    @property
    def at_any_hour(self) -> bool:
        return self.tag == "TRANSACTION"

    def listed(self) -> dict[str, Any]:
        return {"templateId": self.id, "templateName": self.name, "status": self.status}

    def info(self) -> dict[str, Any]:
        return {
            **self.listed(),
            "listParams": list(self.params),
            "price_sdt": self.price,
            "price_uid": self.price_uid,
            "timeout": 7_200_000,
            "templateTag": self.tag,
        }

    def fault_of(self, data: object) -> int:
        """The error of what is to stand in it, or 0."""
        if not isinstance(data, dict) or not data:
            return -111 if self.params or not isinstance(data, dict) else 0
        return next((code for param in self.params if (code := _fault(param, data))), 0)

    def shown(self, data: dict[str, Any]) -> str:
        text = self.text or "\n".join(f"{p['name']}: <{p['name']}>" for p in self.params)
        for param in self.params:
            text = text.replace(f"<{param['name']}>", str(data.get(param["name"], "")))
        return text or self.name


def _fault(param: dict[str, Any], data: dict[str, Any]) -> int:
    value = data.get(param["name"])
    if value is None or value == "":
        free = not param.get("require", True) or (value == "" and param.get("acceptNull"))
        return 0 if free else -1122
    if not isinstance(value, str):
        return -112
    length = len(unicodedata.normalize("NFC", value))
    if length > int(param.get("maxLength") or length):
        return -1121
    short = length < int(param.get("minLength") or 0)
    odd = param.get("type") == "NUMBER" and not value.isdecimal()
    return -1124 if short or odd else 0
