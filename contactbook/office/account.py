"""One account of the school: new keys, tried again, tested, ended."""

import html
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.db import transaction
from contactbook.delivery import entering, lanes, trials
from contactbook.delivery.lane_models import ChannelAccount
from contactbook.delivery.sms_notes import trial as sms_trial
from contactbook.delivery.trials import AccountTrial
from contactbook.errors import Conflict, Invalid, NotFound
from contactbook.office import account_forms
from contactbook.office.channels import accounts, catalogue, offer_of, shown
from contactbook.office.door import Office, OfficeDep
from contactbook.office.keys import kept, own, safe
from contactbook.people.phone import NotAMobile, mobile
from contactbook.ports.channel import Channel, Outgoing
from contactbook.web.deps import FormDep, PageDep, PartsDep, SessionDep
from contactbook.words import gettext as _

router = APIRouter(prefix="/office/channels/{account_id}")
BACK = "/office/channels"


@router.get("")
def look(
    request: Request, account_id: UUID, office: OfficeDep, parts: PartsDep, page: PageDep
) -> Response:
    with transaction(parts.sessions) as owner:
        account = own(owner, office.school.id, account_id)
        offer, values = offer_of(request, account.provider), said(account, kept(parts, account))
        shown_as = card(account, parts)
    return account_forms.sheet(page, offer, values, {}, account=shown_as)


def said(account: ChannelAccount, keys: Any) -> dict[str, str]:  # noqa: ANN401 as it was entered
    limits = {name: getattr(account, name) for name in ("name", *account_forms.LIMITS)}
    told = {**keys, **limits}
    return {
        name: "yes" if value is True else str(value)
        for name, value in told.items()
        if value is not None and value is not False
    }


def card(account: ChannelAccount, parts: PartsDep) -> dict[str, Any]:
    """With the address at which its provider's callbacks are heard: it is entered there."""
    home = parts.settings.public_url.rstrip("/")
    hook = f"{home}/hooks/{account.channel}/{account.door}"
    return {"id": account.id, "name": account.name, "hook": hook}


@router.post("")
def change(
    request: Request,
    form: FormDep,
    account_id: UUID,
    office: OfficeDep,
    session: SessionDep,
    parts: PartsDep,
    page: PageDep,
) -> Response:
    """New keys; a secret that is left empty stays as it was."""
    with transaction(parts.sessions) as owner:
        account = own(owner, office.school.id, account_id)
        offer, before = offer_of(request, account.provider), kept(parts, account)
        typed = account_forms.typed(offer, form)
        for name in offer.secrets:
            old = before.get(name, "")
            typed[name] = typed[name] or (" ".join(old) if isinstance(old, list) else old)
        keys, faults = account_forms.checked(catalogue(request), offer, typed)
        limits, wrong = account_forms.limits(form)
        if faults | wrong:
            values = shown(form, typed)
            told = card(account, parts)
            return account_forms.sheet(page, offer, values, faults | wrong, account=told)
        entering.change_keys(owner, safe(parts), account_id, keys)
        account.name = form.text("name") or account.name
        account.rate, account.daily_quota = limits["rate"], limits["daily_quota"]
        account.weight = limits["weight"]
    parts.accounts.refresh()
    office.note(session, "account.changed", account_id, page)
    return RedirectResponse(BACK, HTTPStatus.SEE_OTHER)


@router.post("/resume")
def resume(
    _form: FormDep, account_id: UUID, office: OfficeDep, session: SessionDep, parts: PartsDep,
    page: PageDep,
) -> Response:  # fmt: skip
    """A person mended it at the provider's: it is tried at once."""
    with transaction(parts.sessions) as owner:
        own(owner, office.school.id, account_id)
        lanes.resume(owner, account_id)
        owner.info["wake"] = set(Channel)
    office.note(session, "account.resumed", account_id, page)
    return RedirectResponse(BACK, HTTPStatus.SEE_OTHER)


@router.post("/end")
def end(
    form: FormDep, account_id: UUID, office: OfficeDep, session: SessionDep, parts: PartsDep,
    page: PageDep,
) -> Response:  # fmt: skip
    with transaction(parts.sessions) as owner:
        own(owner, office.school.id, account_id)
        if form.text("sure") != "yes":
            raise Conflict(_("Please say that this account is to end."))
        entering.end(owner, account_id, now=page.now)
    parts.accounts.refresh()
    office.note(session, "account.ended", account_id, page)
    return RedirectResponse(BACK, HTTPStatus.SEE_OTHER)


@router.post("/test")
def test(
    form: FormDep, account_id: UUID, office: OfficeDep, session: SessionDep, parts: PartsDep,
    page: PageDep,
) -> Response:  # fmt: skip
    """Send a test message to the address she typed; what the provider says is shown by the list."""
    row = next((one for one in accounts(session, office) if one.id == account_id), None)
    if row is None:
        raise NotFound
    channel = Channel(row.channel)
    address = addressed(channel, form.text("to"))
    found = [one for one in parts.accounts.of_school(office.school.id, channel) if one.id == row.id]
    if not found:
        raise Conflict(_("This account cannot be used: its keys are not readable here."))
    trial = asked(parts, office, row.id, page)
    message = words(office, channel, address, trial)
    parts.loop.start(trials.carry_out(parts.sessions, found[0], message, page.now))
    office.note(session, "account.tested", account_id, page)
    return RedirectResponse(BACK, HTTPStatus.SEE_OTHER)


def addressed(channel: Channel, typed: str) -> str:
    try:
        if channel in (Channel.SMS, Channel.ZBS):
            return mobile(typed)
    except NotAMobile:
        raise Invalid({"to": _("This is no mobile number.")}) from None
    if not typed or (channel is Channel.EMAIL) != ("@" in typed):
        raise Invalid({"to": _("Please type your own address on this channel.")})
    return typed


def asked(parts: PartsDep, office: Office, account_id: UUID, page: PageDep) -> UUID:
    """Written and committed before anything leaves; one school's trials are counted one by one."""
    with transaction(parts.sessions) as owner:
        lock(owner, office)
        if trials.too_many(owner, office.school.id, page.now):
            raise Conflict(_("That is enough for now. Please test again in ten minutes."))
        trial = AccountTrial(
            school_id=office.school.id,
            account_id=account_id,
            staff_id=office.staff_id,
            asked_at=page.now,
        )
        owner.add(trial)
        owner.flush()
        return trial.id


def lock(owner: Session, office: Office) -> None:
    school = type(office.school)
    owner.execute(select(school.id).where(school.id == office.school.id).with_for_update())


def words(office: Office, channel: Channel, address: str, trial: UUID) -> Outgoing:
    school = office.school
    if channel in (Channel.SMS, Channel.ZBS):
        body = sms_trial(school=school.sms_name)
        return Outgoing(reference=trial, address=address, body=body, template="trial")
    body = _("A test message of the contact book of %(school)s.") % {"school": school.name}
    if channel is not Channel.EMAIL:
        return Outgoing(reference=trial, address=address, body=body)
    return Outgoing(
        reference=trial,
        address=address,
        body=body,
        subject=_("Test message"),
        html=f"<p>{html.escape(body)}</p>",
        sender_name=school.name,
    )
