"""Vietnamese mobile numbers as E.164, however a class list writes them.

A cell holds "0912.345.678", "+84 91 234 5678", 912345678 (Excel took the zero for a number) or one
of the 21 eleven-digit prefixes that were abolished in 2018. `phonenumbers` calls those invalid and
does not migrate them, so the table below comes first.
"""

import re
import unicodedata

import phonenumbers

from contactbook.people.unfit import Unfit

# Old prefix → new one, without the leading 0; the last seven digits stay.
# Source: the carriers' migration plan under decision 2036/QĐ-BTTTT, from 2018-09-15.
MIGRATED = {
    # MobiFone
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    # Vinaphone
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    # Viettel
    "162": "32", "163": "33", "164": "34", "165": "35",
    "166": "36", "167": "37", "168": "38", "169": "39",
    # Vietnamobile and Gmobile
    "186": "56", "188": "58", "199": "59",
}  # fmt: skip

SEPARATORS = re.compile(r"[\s.,;:/()\[\]_'’`·•‐‑‒–—-]+")
COUNTRY = re.compile(r"(?:\+84|0084|84(?=\d{9}))")
SUBSCRIBER = 9  # digits of a mobile number without its 0
TWO_NUMBERS = 2 * SUBSCRIBER
NO_MESSAGES = "không phải số di động nên không nhận được tin nhắn"


class NotAMobile(Unfit):
    """Not a Vietnamese mobile number: no message can reach it."""

    subject = "Số điện thoại"


def mobile(text: str | float) -> str:
    """The number as E.164 ("+84912345678"); raises `NotAMobile`."""
    written = _written(text)
    dialled = SEPARATORS.sub("", written)
    if not dialled:
        raise NotAMobile("", "còn trống")
    if not re.fullmatch(r"\+?[0-9]+", dialled):
        raise NotAMobile(written, "có ký tự không phải chữ số")
    subscriber = _subscriber(dialled)
    if subscriber is None or len(subscriber) != SUBSCRIBER:
        raise NotAMobile(written, _why_not(dialled, subscriber))
    return _checked(written, "+84" + subscriber)


def domestic(e164: str) -> str:
    """The number as people dial it in Vietnam: "0912345678"."""
    return "0" + e164.removeprefix("+84")


def _written(text: str | float) -> str:
    """The cell as text: a number without its ".0", letters and digits in their plain form."""
    if isinstance(text, float):
        return str(int(text)) if text.is_integer() else str(text)
    if isinstance(text, int):
        return str(text)
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) not in ("Cc", "Cf") or c.isspace())
    plain = " ".join(plain.split())
    # A number that went through a table of numbers: "909486738.0", "9.09486738E+08".
    if re.fullmatch(r"[0-9]{6,}\.0", plain):
        return plain.removesuffix(".0")
    if re.fullmatch(r"[0-9]\.[0-9]{5,11}[eE]\+?(?:0?[89]|1[01])", plain):
        return _written(float(plain))
    return plain


def _subscriber(dialled: str) -> str | None:
    """The part after +84 or 0, its abolished prefix replaced; None for another country."""
    rest, abroad = COUNTRY.subn("", dialled, count=1) if COUNTRY.match(dialled) else (dialled, 0)
    if rest.startswith("+") or (rest.startswith("00") and not abroad):
        return None
    rest = rest.removeprefix("0")
    new = MIGRATED.get(rest[:3]) if len(rest) == SUBSCRIBER + 1 else None
    return new + rest[3:] if new else rest


def _why_not(dialled: str, subscriber: str | None) -> str:
    digits = len(dialled.lstrip("+"))
    if digits >= TWO_NUMBERS:
        return "có nhiều hơn một số, mỗi ô chỉ ghi một số"
    if subscriber is None:
        return "không phải số của Việt Nam"
    if re.fullmatch(r"2[0-9]{9}|1[89]00[0-9]{4,6}", subscriber):
        return NO_MESSAGES
    return f"có {digits} chữ số, số di động có 10 chữ số"


def _checked(written: str, e164: str) -> str:
    number = phonenumbers.parse(e164)
    if not phonenumbers.is_valid_number(number):
        raise NotAMobile(written, "không phải đầu số đang dùng ở Việt Nam")
    if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE:
        raise NotAMobile(written, NO_MESSAGES)
    return e164
