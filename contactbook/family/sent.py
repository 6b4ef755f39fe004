"""What was sent to her, when, by which channel, and what became of it: hers, and nobody else's."""

from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.clock import local
from contactbook.delivery.models import Delivery
from contactbook.family import book
from contactbook.family.door import FamilyPageDep, ProvenDep
from contactbook.family.phrases import reason, state
from contactbook.people.family_access import Parent
from contactbook.updates.models import Update, UpdateKind
from contactbook.web.deps import SessionDep
from contactbook.words import gettext as _

router = APIRouter(prefix="/family")
MOST = 500


@router.get("/sent")
def look(session: SessionDep, parent: ProvenDep, page: FamilyPageDep, month: str = "") -> Response:
    first = book.first_of(month, page.today)
    after = (first + timedelta(days=31)).replace(day=1)
    page.written(session, "sent.read", parent.guardian_id, month=f"{first:%Y-%m}")
    return page.show(
        "sent.html",
        month=first,
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{after:%Y-%m}" if after <= page.today else None,
        rows=messages(session, parent, page.today, first, after),
    )


def messages(
    session: Session, parent: Parent, today: date, since: date, until: date
) -> list[dict[str, Any]]:
    """Messages of the months from `since` to before `until`, the newest first.

    About a child she has no right to any more nothing is told.
    """
    names = book.names(session, parent, today)
    rows = session.execute(
        select(Delivery, Update.kind)
        .join(Update, Update.id == Delivery.update_id)
        .where(
            Delivery.guardian_id == parent.guardian_id,
            Delivery.month >= since,
            Delivery.month < until,
            or_(Delivery.student_id.is_(None), Delivery.student_id.in_(names)),
        )
        .order_by(func.coalesce(Delivery.sent_at, Delivery.due_at).desc(), Delivery.id.desc())
        .limit(MOST)
    )
    return [
        {
            "at": moment(row),
            "child": names[row.student_id] if row.student_id else "",
            "kind": kind_of(kind, urgent=row.urgent),
            "channel": row.channel or "",
            "state": state(row.status),
            "reason": reason(row.reason),
        }
        for row, kind in rows
    ]


def moment(row: Delivery) -> datetime:
    return local(row.sent_at or row.due_at)


def kind_of(kind: UpdateKind, *, urgent: bool) -> str:
    if urgent:
        return _("Urgent")
    return _("News of the day") if kind is UpdateKind.DAILY else _("Notice")
