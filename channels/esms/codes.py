"""eSMS's codes: what each means, and what we make of it.

Source: eSMS developer guide, "Bảng mã lỗi", as of 2026-04.
A code that is not here is OutcomeUnknown.
"""

from channels.http import Row
from contactbook.ports.channel import (
    AccountUnusable,
    GiveUp,
    Gone,
    NotReachable,
    Throttled,
    TryAgain,
)

TAKEN = {
    "100": "accepted",
    "124": "our RequestId is known since an earlier attempt: accepted then",
}
ANSWERS: dict[str, Row] = {
    "99": Row(NotReachable, "the number is blocked on the system"),
    "108": Row(Gone, "the number has a wrong form"),
    "199": Row(TryAgain, "the request exists and is being processed (registration calls)"),
    "160": Row(Throttled, "too many at once (ZNS status call)"),
    "105": Row(TryAgain, "the SMSID is not found yet"),
    "103": Row(AccountUnusable, "the balance is too low"),
    "102": Row(AccountUnusable, "the account has no price list"),
    "101": Row(AccountUnusable, "wrong ApiKey or SecretKey"),
    "140": Row(AccountUnusable, "our address is not on the white list"),
    "143": Row(AccountUnusable, "the account is inactive or locked"),
    "104": Row(GiveUp, "the brandname is not registered"),
    "146": Row(GiveUp, "the text is of no registered template"),
    "177": Row(GiveUp, "the carrier is not registered for this brandname"),
    "118": Row(GiveUp, "message type unsupported"),
    "300": Row(GiveUp, "SmsType missing"),
    "301": Row(GiveUp, "service type unsupported"),
    "201": Row(GiveUp, "the text holds a blocked keyword"),
    "107": Row(GiveUp, "advertising needs at least 30 different numbers"),
    "120": Row(GiveUp, "list over the limit"),
    "163": Row(GiveUp, "more than one number in a request (fixed number)"),
    # From here on: Zalo and voice products of eSMS, which we do not ask for.
    "106": Row(GiveUp, "recording missing"),
    "110": Row(GiveUp, "wrong data (Zalo per customer)"),
    "115": Row(GiveUp, "the hashed number is wrong"),
    "171": Row(GiveUp, "voucher used"),
    "204": Row(GiveUp, "OAID not found"),
    "210": Row(GiveUp, "the form of a Zalo message is wrong"),
    "687": Row(GiveUp, "more than 500 numbers"),
    "789": Row(GiveUp, "the template is not configured for the OA"),
    "790": Row(GiveUp, "wrong ZNS template"),
    "791": Row(GiveUp, "OAID or TemplateID missing"),
    "799": Row(GiveUp, "the OA is inactive"),
    "801": Row(GiveUp, "over-quota mode may not be scheduled"),
    "802": Row(GiveUp, "over-quota mode is not allowed"),
    "851": Row(GiveUp, "MessageId or SMSID missing"),
    "854": Row(GiveUp, "no data"),
}
# An "error" without a CodeResult: our form is broken, and nothing was taken.
INVALID = "Invalid request"
