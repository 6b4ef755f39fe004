"""Everything the book keeps about her and her children, as files she can read and keep."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.family import book, consents, sent
from contactbook.family.door import FamilyPage, FamilyPageDep, ParentsFormDep, ProvenDep
from contactbook.people import family_access
from contactbook.people.family_access import Parent
from contactbook.people.models import Guardian, Guardianship
from contactbook.requests.models import AbsenceNote, MedicationSlip
from contactbook.updates import told
from contactbook.web.deps import SessionDep
from contactbook.web.templating import language

router = APIRouter(prefix="/family")
Rows = list[dict[str, Any]]
EARLIEST = date(2000, 1, 1)
RIGHTS = ("reads", "receives", "decides", "picks_up")


@router.get("/data")
def look(parent: ProvenDep, page: FamilyPageDep) -> Response:  # noqa: ARG001 a code is asked first
    return page.show("data.html")


@router.post("/data")
def take(
    form: ParentsFormDep,  # noqa: ARG001 the form's token is what is asked
    request: Request,
    session: SessionDep,
    parent: ProvenDep,
    page: FamilyPageDep,
) -> Response:
    data = everything(session, parent, page)
    for child in data["children"]:
        page.written(session, "family.exported", child["id"], days=len(child["days"]))
    page.written(session, "family.exported", parent.guardian_id, messages=len(data["messages"]))
    template = request.app.state.templates.get_template("family/data_file.html")
    html = template.render(language=language(), data=data, school=page.school.name)
    name = f"so-lien-lac-{page.today}.zip"
    return Response(
        zipped(data, html),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def everything(session: Session, parent: Parent, page: FamilyPage) -> dict[str, Any]:
    me = session.get_one(Guardian, parent.guardian_id)
    kids = book.children(session, parent, page.today)
    names = {child.id: child.full_name for child, _room in kids}
    roads = family_access.roads(session, parent.guardian_id)
    after = page.today + timedelta(days=62)
    return {
        "made_at": page.now,
        "school": page.school.name,
        "me": {"name": me.full_name, "phone": me.phone},
        "addresses": [{"channel": one.channel.value, "address": one.address} for one in roads],
        "children": [
            {
                "id": child.id,
                "name": child.full_name,
                "born_on": child.born_on,
                "classroom": room,
                "rights": rights(session, parent, child.id, page.today),
                "days": days(session, parent, page, child.id),
            }
            for child, room in kids
        ],
        "messages": sent.messages(session, parent, page.today, EARLIEST, after),
        "consents": consents.lines(session, parent, names),
        "absences": asked(session, parent, AbsenceNote, ABSENCE, names),
        "medicine": asked(session, parent, MedicationSlip, SLIP, names),
    }


def rights(session: Session, parent: Parent, child: Any, on: date) -> list[str]:  # noqa: ANN401
    tie = session.scalars(
        select(Guardianship)
        .where(Guardianship.guardian_id == parent.guardian_id, Guardianship.student_id == child)
        .where(Guardianship.valid_from <= on)
        .order_by(Guardianship.valid_from.desc())
        .limit(1)
    ).one()
    return [right for right in RIGHTS if getattr(tie, right)]


def days(session: Session, parent: Parent, page: FamilyPage, child: Any) -> Rows:  # noqa: ANN401
    purposes = told.allowed(session, parent.guardian_id, child)
    found = told.days(session, child, purposes, since=EARLIEST, until=page.today, now=page.now)
    return [
        {"on": day.on, "at": day.at, "told": [words for _name, words in told.spoken(day)]}
        for day in found
    ]


ABSENCE = ("since", "until", "reason", "status", "channel", "noted_at")
SLIP = (
    "drug", "dose", "times", "since", "until", "note", "status", "refusal", "channel", "asked_at",
)  # fmt: skip


def asked(
    session: Session,
    parent: Parent,
    model: type[AbsenceNote | MedicationSlip],
    fields: Sequence[str],
    names: Mapping[Any, str],
) -> Rows:
    rows: Sequence[Any] = session.scalars(
        select(model)
        .where(model.guardian_id == parent.guardian_id, model.student_id.in_(names))
        .order_by(model.id)
    ).all()
    return [
        {"child": names[row.student_id], **{name: getattr(row, name) for name in fields}}
        for row in rows
    ]


def zipped(data: Mapping[str, Any], html: str) -> bytes:
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as pack:
        pack.writestr("so-lien-lac.html", html)
        pack.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2, default=plain))
        pack.writestr("days.csv", as_csv(told_lines(data["children"])))
        for name in ("messages", "consents", "absences", "medicine"):
            pack.writestr(f"{name}.csv", as_csv(data[name]))
    return whole.getvalue()


def told_lines(children: Rows) -> Rows:
    return [
        {"child": child["name"], "on": day["on"], "told": words}
        for child in children
        for day in child["days"]
        for words in day["told"]
    ]


def plain(value: object) -> str:
    """Dates and moments in ISO form, ids as text."""
    shown = getattr(value, "isoformat", None)
    return str(shown() if shown else value)


def as_csv(rows: Rows) -> str:
    """For a spreadsheet: with a mark of UTF-8, and no cell that it would take for a formula."""
    out = StringIO()
    if rows:
        lines = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\r\n")
        lines.writeheader()
        lines.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return "\ufeff" + out.getvalue()


def cell(value: object) -> str:
    shown = ", ".join(map(plain, value)) if isinstance(value, list) else plain(value)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@", "\t", "\r")) else shown
