"""The accounts by which a school's messages leave: how each is, and a form for one more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.clock import local, school_day
from contactbook.db import transaction
from contactbook.delivery import entering, trials
from contactbook.delivery.entering import NewAccount
from contactbook.delivery.lane_models import ChannelAccount, Lane, SchoolLane
from contactbook.delivery.trials import AccountTrial
from contactbook.errors import NotFound
from contactbook.office import account_forms
from contactbook.office.door import AnteroomDep, Office, OfficeDep
from contactbook.office.keys import safe
from contactbook.ports.account import Catalogue, Offer
from contactbook.ports.channel import Channel
from contactbook.web.deps import FormDep, Page, PageDep, PartsDep, SessionDep, Typed
from contactbook.words import gettext as _

router = APIRouter(prefix="/office/channels")


def catalogue(request: Request) -> Catalogue:
    return cast("Catalogue", request.app.state.catalogue)


def offer_of(request: Request, provider: str) -> Offer:
    found = next((one for one in catalogue(request).offers() if one.provider == provider), None)
    if found is None:
        raise NotFound
    return found


@router.get("")
def everything(
    request: Request, office: AnteroomDep, session: SessionDep, page: PageDep
) -> Response:
    rows = accounts(session, office)
    shown = [card(session, row, office, page) for row in rows]
    return page.show(
        "office/channels.html",
        runs=office.runs,
        accounts=shown,
        offers=[
            {"provider": one.provider, "channel": one.channel.value}
            for one in catalogue(request).offers()
        ],
        moving=any(one["trial"] and one["trial"]["state"] == "asked" for one in shown),
    )


def accounts(session: Session, office: Office) -> Sequence[ChannelAccount]:
    """Those the school's messages leave by: its own where it has some, else this server's."""
    own = select(SchoolLane.channel).where(SchoolLane.school_id == office.school.id)
    lanes = select(SchoolLane.lane_id).where(SchoolLane.school_id == office.school.id)
    ours = select(Lane.id).where(Lane.is_default, Lane.channel.not_in(own))
    return session.scalars(
        select(ChannelAccount)
        .options(*account_forms.SHOWN)
        .where(
            ChannelAccount.ended_at.is_(None),
            ChannelAccount.lane_id.in_(lanes) | ChannelAccount.lane_id.in_(ours),
        )
        .order_by(ChannelAccount.channel, ChannelAccount.created_at)
    ).all()


def card(session: Session, account: ChannelAccount, office: Office, page: Page) -> dict[str, Any]:
    own = session.scalar(
        select(func.count()).where(
            SchoolLane.lane_id == account.lane_id, SchoolLane.school_id == office.school.id
        )
    )
    return {
        "id": account.id,
        "name": account.name,
        "provider": account.provider,
        "channel": account.channel,
        "own": bool(own) and office.runs,
        "rate": account.rate,
        "daily_quota": account.daily_quota,
        "sent_today": account.sent_today if account.sent_on == school_day(page.now) else 0,
        "weight": account.weight,
        "trial": told(trials.latest(session, office.school.id, account.id, page.now)),
        **state(account, page.now),
    }


def state(account: ChannelAccount, now: datetime) -> dict[str, Any]:
    """How it is, in words; the provider's own word stands beside them."""
    if account.paused_until is not None and account.paused_until > now:
        return {"state": "paused", "reason": account.reason, "until": local(account.paused_until)}
    if account.struggling_since is not None:
        return {"state": "slow", "reason": "", "until": None}
    return {"state": "well", "reason": "", "until": None}


def told(trial: AccountTrial | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    if trial.answered_at is None:
        return {"state": "asked", "words": _("The test message is on its way."), "detail": ""}
    well = trial.outcome == "accepted"
    return {
        "state": "well" if well else "failed",
        "words": account_forms.outcome(trial.outcome),
        "detail": trial.detail,
    }


@router.get("/new")
def blank(request: Request, _office: OfficeDep, page: PageDep, provider: str = "") -> Response:
    return account_forms.sheet(page, offer_of(request, provider), {}, {})


@router.post("/new")
def enter(
    request: Request, form: FormDep, office: OfficeDep, session: SessionDep, parts: PartsDep,
    page: PageDep,
) -> Response:  # fmt: skip
    offer = offer_of(request, form.text("provider"))
    typed = account_forms.typed(offer, form)
    keys, faults = account_forms.checked(catalogue(request), offer, typed)
    limits, wrong = account_forms.limits(form)
    if faults | wrong:
        return account_forms.sheet(page, offer, shown(form, typed), faults | wrong)
    new = NewAccount(
        channel=Channel(offer.channel),
        provider=offer.provider,
        name=form.text("name") or offer.provider,
        keys=keys,
        schools=(office.school.id,),
        **limits,
    )
    with transaction(parts.sessions) as owner:
        made = entering.enter(owner, safe(parts), new).id
    parts.accounts.refresh()
    office.note(session, "account.entered", made, page)
    return RedirectResponse("/office/channels", HTTPStatus.SEE_OTHER)


def shown(form: Typed, typed: Mapping[str, str]) -> dict[str, str]:
    limits = {name: form.text(name) for name in ("name", *account_forms.LIMITS)}
    return {**typed, **limits}
