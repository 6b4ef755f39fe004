"""What comes back by mail: delivery reports (RFC 3464), complaints (RFC 5965), and "unsubscribe".

Believed only with a tag that we made. Everything else that is addressed to such a mailbox, such as
somebody's holiday notice, says nothing.
"""

from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from uuid import UUID

from channels.email.answers import means
from channels.email.tags import Tags
from contactbook.ports.channel import Channel, Heard, OptedOut, Receipt

# Where a relay notes for whom a letter came; the first two are added by the one that has it.
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
KEPT_BY_COMPLAINTS = ("Original-Mail-From", "Return-Path", "Message-ID", "List-Unsubscribe")
HEARD = {
    "failed": Heard.FAILED,
    "delivered": Heard.DELIVERED,
    # "delayed" is still being tried; "relayed" and "expanded" have gone where nobody reports
}
NO_COMPLAINTS = {"not-spam", "auth-failure"}
DEEPEST = 20  # parts within parts


def read(raw: bytes, tags: Tags, addressed: str = "") -> list[Receipt]:
    """`addressed`: the mailbox it came for, if the relay says. Raises `Forged`."""
    try:
        return told(message_from_bytes(raw), tags, addressed)
    except (MessageError, ValueError, LookupError, TypeError, RecursionError):
        return []  # not a letter that anybody could read


def told(mail: Message, tags: Tags, addressed: str) -> list[Receipt]:
    to = [addressed, *all_of(mail, ADDRESSED)]
    kind = str(mail.get_param("report-type", "")).lower()
    if kind == "feedback-report":
        return complaint(mail, tags, to)
    if kind == "delivery-status":
        return bounce(mail, tags, to)
    if any(one.strip("<> ").lower().startswith("unsub+") for one in to):
        reference = tags.reference(to)
        return [refused_us(reference, "unsubscribed by mail")] if reference else []
    return []


def bounce(mail: Message, tags: Tags, to: Iterable[str]) -> list[Receipt]:
    reference = tags.reference(to)
    if reference is None:  # of a letter that bore no tag of ours
        return []
    found = []
    for block in blocks(mail):
        heard = HEARD.get(word(block, "Action"))
        if heard is None:
            continue
        status = word(block, "Status")
        failed = heard is Heard.FAILED
        found.append(
            Receipt(
                Channel.EMAIL,
                heard,
                reference=reference,
                reason=f"bounced, {status[:12] or 'no status'}" if failed else "",
                means=means(status) if failed else None,
            )
        )
    return found[-1:]  # a letter of ours has one recipient; the last word on her counts


def complaint(mail: Message, tags: Tags, to: Iterable[str]) -> list[Receipt]:
    report = next(inside(mail, "message/feedback-report"), None)
    if report is None or word(report, "Feedback-Type") in NO_COMPLAINTS:
        return []
    kept = [value for part in parts(mail) for value in all_of(part, KEPT_BY_COMPLAINTS)]
    texts = [str(part.get_payload()) for part in parts(mail) if is_headers(part)]
    reference = tags.reference([*to, *kept, *texts])
    return [refused_us(reference, "complained")] if reference else []


def refused_us(reference: UUID, reason: str) -> Receipt:
    """It arrived, and she wants no more of them."""
    return Receipt(
        Channel.EMAIL, Heard.DELIVERED, reference=reference, reason=reason, means=OptedOut
    )


def parts(mail: Message, depth: int = 0) -> Iterator[Message]:
    """`mail` and all that is in it."""
    yield mail
    content = mail.get_payload()
    if isinstance(content, list) and depth < DEEPEST:
        for one in content:
            if isinstance(one, Message):
                yield from parts(one, depth + 1)


def inside(mail: Message, kind: str) -> Iterator[Message]:
    """The fields of each part of this message/… type: the parser takes them for a mail's head."""
    for part in parts(mail):
        content = part.get_payload()
        if part.get_content_type() == kind and isinstance(content, list):
            yield from (one for one in content if isinstance(one, Message))


def blocks(mail: Message) -> list[Message]:
    """Of a delivery report: all but the first block, which is about the whole message."""
    return list(inside(mail, "message/delivery-status"))[1:]


def is_headers(part: Message) -> bool:
    return part.get_content_type() in ("text/rfc822-headers", "text/rfc822")


def all_of(mail: Message, names: Iterable[str]) -> list[str]:
    return [str(value) for name in names for value in mail.get_all(name, [])]


def word(fields: Message, name: str) -> str:
    """The first word of a field: "failed", "5.1.1 (user unknown)"."""
    told = str(fields.get(name, "")).split()
    return told[0].lower() if told else ""
