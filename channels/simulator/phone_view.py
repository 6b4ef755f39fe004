"""How the parents' phones look: pure, from phones and messages to HTML. `format` escapes all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from markupsafe import Markup

from channels.simulator.phone_bubbles import TEMPLATES, VIETNAM, bubbles, initials
from channels.simulator.state import CHANNELS, Message, Phone

NAMES = {"zalo": "Zalo", "zbs": "Zalo mẫu", "telegram": "Telegram", "sms": "SMS", "email": "E-mail"}
TALKS = {"zalo", "telegram"}


class Wanted(Protocol):
    @property
    def channel(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def to(self) -> tuple[str, str]: ...
    def link(self, **change: str) -> str: ...


def page(
    wanted: Wanted, *, people: str, chats: str, in_hand: bool, counts: dict[str, int], version: int
) -> str:
    return TEMPLATES["page"].format(
        view="has-phone" if in_hand else "no-phone",
        version=version,
        words=wanted.words,
        channel=wanted.channel,
        to=":".join(wanted.to).strip(":"),
        filters=filters(wanted, counts),
        people=Markup(people),  # noqa: S704 rendered by us
        chats=Markup(chats),  # noqa: S704 rendered by us
    )


def people(wanted: Wanted, found: Sequence[Sequence[Phone]], *, more: bool) -> str:
    if not found:
        return TEMPLATES["no_people"].format(
            sentence="Không có ai khớp với tìm kiếm này."
            if wanted.words
            else "Chưa có điện thoại nào."
        )
    rows = [_row(wanted, hers) for hers in found]
    if more:
        rows.append(Markup('<li class="more">Còn nhiều người nữa, gõ tên để tìm</li>'))
    return Markup("").join(rows)


def phone(wanted: Wanted, chosen: Phone, shown: Sequence[Message], others: Sequence[Phone]) -> str:
    return TEMPLATES["phone"].format(
        channel=chosen.channel,
        channel_name=NAMES[chosen.channel],
        back=wanted.link(to=""),
        sender=_sender(chosen, shown),
        account=_account(chosen),
        name=chosen.name or chosen.address,
        about=chosen.about or NAMES[chosen.channel],
        address=chosen.address,
        icon=icon(chosen.channel),
        bubbles=bubbles(shown) or TEMPLATES["no_messages"],
        composer=_composer(chosen),
        others=_others(wanted, others),
        facts=_facts(shown),
    )


def nobody(*, empty: bool) -> str:
    sentence = (
        "Tin của trường sẽ hiện ở đây ngay khi được gửi đi."
        if empty
        else "Chọn một phụ huynh trong danh sách để xem điện thoại của họ."
    )
    return TEMPLATES["nobody"].format(sentence=sentence)


def missing() -> str:
    return TEMPLATES["missing"]


def mail_body(message: Message) -> str:
    """A mail's own page, shown in a frame that may do nothing."""
    base = Markup('<!DOCTYPE html><meta charset="utf-8"><base target="_blank">')
    if message.html:
        return str(base) + message.html
    return base + Markup("<pre style='white-space:pre-wrap;font:inherit'>{}</pre>").format(
        message.text
    )


def icon(channel: str) -> Markup:
    return Markup(
        '<svg class="icon i-{0}" aria-hidden="true"><use href="/phones/icons.svg#{0}"/></svg>'
    ).format(channel)


def filters(wanted: Wanted, counts: dict[str, int]) -> Markup:
    chips = [("", "Tất cả", sum(counts.values()))]
    chips += [(channel, NAMES[channel], counts[channel]) for channel in CHANNELS]
    return Markup("").join(
        TEMPLATES["chip"].format(
            href=wanted.link(channel=channel),
            current=Markup(' aria-current="true"') if channel == wanted.channel else "",
            channel=channel,
            icon=icon(channel) if channel else "",
            label=label,
            hidden="hidden" if channel else "",
            count=count,
        )
        for channel, label, count in chips
    )


def _row(wanted: Wanted, hers: Sequence[Phone]) -> Markup:
    """One person; the phone that was written to last comes first."""
    one = hers[0]
    last = one.messages[-1] if one.messages else None
    chosen = any(wanted.to == (p.channel, p.address) for p in hers)
    roads = sorted({p.channel for p in hers}, key=CHANNELS.index)
    return TEMPLATES["row"].format(
        href=wanted.link(to=f"{one.channel}:{one.address}"),
        current=Markup(' aria-current="true"') if chosen else "",
        initials=initials(one.name),
        tint=sum(map(ord, one.name)) % 6,
        icon=icon(one.channel) if last else "",
        icons=Markup("").join(icon(channel) for channel in roads),
        channels=", ".join(NAMES[channel] for channel in roads),
        name=one.name or one.address,
        about=one.about or one.address,
        preview=_preview(last),
        time=_short(last.at) if last else "",
    )


def _preview(last: Message | None) -> str:
    if last is None:
        return "Chưa có tin"
    said = last.subject or last.text or (last.channel == "email" and "Thư mới") or last.picture
    return f"{'Bạn: ' if last.outgoing else ''}{' '.join(str(said).split())[:90]}"


def _composer(chosen: Phone) -> Markup:
    name = "composer" if chosen.channel in TALKS else "no_composer"
    said = {"sms": "Tin nhắn thương hiệu không nhận trả lời.", "email": "Hộp thư chỉ để đọc."}
    said["zbs"] = "Tin theo mẫu không nhận trả lời."
    return TEMPLATES[name].format(
        channel=chosen.channel, address=chosen.address, sentence=said.get(chosen.channel, "")
    )


def _others(wanted: Wanted, phones: Sequence[Phone]) -> Markup:
    return Markup("").join(
        Markup('<a class="road" href="{}"{}>{}<span><b>{}</b><small>{}</small></span></a>').format(
            wanted.link(to=f"{p.channel}:{p.address}"),
            Markup(' aria-current="true"') if wanted.to == (p.channel, p.address) else "",
            icon(p.channel),
            NAMES[p.channel],
            p.address,
        )
        for p in sorted(phones, key=lambda p: (CHANNELS.index(p.channel), p.address))
    )


def _facts(shown: Sequence[Message]) -> Markup:
    came = [message for message in shown if not message.outgoing]
    facts = [("Tin nhận được", len(came))]
    facts += [("Đã xem", sum(m.state == "seen" for m in came))] if _tells(came) else []
    if parts := sum(m.segments for m in came):
        facts.append(("Phần SMS tính phí", parts))
    if again := sum(m.copies > 1 for m in came):
        facts.append(("Bị lặp lại", again))
    return Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(label, value) for label, value in facts
    )


def _tells(came: Sequence[Message]) -> bool:
    return any(message.channel == "zalo" for message in came)


def _sender(chosen: Phone, shown: Sequence[Message]) -> str:
    named = next((m.sender for m in reversed(shown) if m.sender), "")
    if chosen.channel == "email":
        return "Hộp thư đến"
    return named or "Trường Mầm non"


def _account(chosen: Phone) -> str:
    return {
        "zalo": "Official Account",
        "zbs": "Tin theo mẫu (ZBS)",
        "telegram": "Bot",
        "sms": "Tin nhắn thương hiệu",
        "email": chosen.address,
    }[chosen.channel]


def _short(at: datetime) -> str:
    here = at.astimezone(VIETNAM)
    return (
        f"{here:%H:%M}"
        if here.date() == datetime.now(VIETNAM).date()
        else f"{here.day}/{here.month}"
    )
