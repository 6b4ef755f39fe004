"""What a family's pages show and keep, and to whom: families are strangers to each other."""

import csv
import io
import json
from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from contactbook.db import transaction
from contactbook.delivery import dispatch
from contactbook.delivery.models import Delivery
from contactbook.family.door import enter_family
from contactbook.people import authority, consent
from contactbook.people.audit import Audit
from contactbook.people.consent import ALL_PURPOSES, Consent, ConsentState, Method, Purpose
from contactbook.people.models import Guardianship
from contactbook.ports.channel import Channel
from contactbook.requests.models import AbsenceNote, MedicationSlip
from contactbook.updates.models import DailyRecord
from tests.builders import TODAY
from tests.contactbook.family.home import Home, father_of
from tests.contactbook.web.site import token
from tests.contactbook.web.test_doors import ALL

FAMILY = [door for door in ALL if door.path.startswith("/family")]
BEHIND = [door for door in FAMILY if not door.path.startswith("/family/o/")]
WRITING = [door for door in BEHIND if door.method == "POST"]
OF_A_CHILD = [door for door in FAMILY if "{student_id}" in door.path]
OPEN_TODAY = {"/family/", "/family/code", "/family/code/send", "/family/close"}


def agreed(home: Home) -> Purpose:
    with transaction(home.site.sessions) as session:
        states = select(func.bit_or(ConsentState.purposes)).where(
            ConsentState.guardian_id == home.guardian
        )
        return Purpose(session.scalar(states) or 0)


def ids(home: Home) -> dict[str, object]:
    return {"student_id": home.child, "note_id": uuid4(), "slip_id": uuid4()}


def restrict(home: Home, **values: object) -> None:
    with transaction(home.site.sessions) as session:
        session.execute(
            update(Guardianship).where(Guardianship.guardian_id == home.guardian).values(**values)
        )


def traces(home: Home) -> list[int]:
    with transaction(home.site.sessions) as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Consent, AbsenceNote, MedicationSlip)
        ]


def test_the_doors_were_found() -> None:
    assert len(FAMILY) >= 20
    assert len(OF_A_CHILD) >= 6


def test_without_a_visit_no_door_opens(home: Home) -> None:
    visitor = home.site.visitor()
    for door in BEHIND:
        answer = visitor.request(door.method, door.address(**ids(home)))
        assert answer.status_code == HTTPStatus.UNAUTHORIZED, door


def test_without_a_code_no_door_shows_more_than_today(home: Home) -> None:
    visitor = home.browser()
    form = {"csrf_token": token(visitor.get("/family/"))}
    for door in sorted(BEHIND, key=lambda one: one.path == "/family/close"):
        data = form if door.method == "POST" else None
        answer = visitor.request(door.method, door.address(**ids(home)), data=data)
        asked = answer.headers.get("location", "").startswith("/family/code?next=/")
        assert asked is (door.path not in OPEN_TODAY), door


def test_a_form_that_is_not_ours_changes_nothing(home: Home) -> None:
    visitor, other = home.proven(), father_of(home).proven()
    before = traces(home)
    foreign = token(other.get("/family/"))
    for door in WRITING:
        for wrong in ("", "é" * 40, foreign):
            answer = visitor.post(door.address(**ids(home)), data={"csrf_token": wrong})
            assert answer.status_code == HTTPStatus.FORBIDDEN, door
    assert traces(home) == before


def test_another_familys_child_is_no_page(home: Home) -> None:
    visitor = home.proven()
    form = token(visitor.get("/family/"))
    before = traces(home)
    strangers = [*home.teacher.children[1:], uuid4(), "1", "%00", "é"]
    for door in OF_A_CHILD:
        for child in strangers:
            address = door.address(**{**ids(home), "student_id": child})
            answer = visitor.request(
                door.method, address, data={"csrf_token": form} if door.method == "POST" else None
            )
            assert answer.status_code == HTTPStatus.NOT_FOUND, address
    assert traces(home) == before


@pytest.mark.parametrize(
    "change", [{"restricted": True}, {"reads": False}, {"valid_to": TODAY}], ids=str
)
def test_a_right_that_ended_today_shows_nothing(home: Home, change: dict[str, object]) -> None:
    visitor = home.proven()
    assert "Bé An hát hay." in visitor.get("/family/").text
    restrict(home, **change)
    for path in ("", "sent", "consents"):
        page = visitor.get(f"/family/{path}")
        assert page.status_code == HTTPStatus.OK
        assert "An</b>" not in page.text, path
        assert "hát" not in page.text, path
    assert visitor.get(f"/family/children/{home.child}").status_code == HTTPStatus.NOT_FOUND
    with unpacked(home.post(visitor, "/family/data").content) as pack:
        assert "hát" not in pack.read("so-lien-lac.html").decode()
        assert json.loads(pack.read("data.json"))["children"] == []


def test_only_what_she_agreed_to_is_shown(home: Home) -> None:
    visitor = home.proven()
    assert "Bé hơi ho." in visitor.get("/family/").text
    home.post(visitor, f"/family/consents/{home.child}", agree=["zalo:1", "zalo:2", "zalo:4"])
    page = visitor.get(f"/family/children/{home.child}").text
    assert "Bé hơi ho." not in page
    assert "Bé An hát hay." in page
    assert "Một số mục không hiện ở đây" in page


def test_what_was_taken_back_or_not_sent_yet_is_not_shown(home: Home) -> None:
    teacher, visitor = home.teacher, home.browser()
    teacher.post("/all/meal", child=[str(home.child)])
    assert "Ăn hết" not in visitor.get("/family/").text
    answer = teacher.post("/publish", idempotency_key="second-of-all")
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert "Ăn hết" not in visitor.get("/family/").text, "it may still be taken back"
    home.site.clock.at += timedelta(minutes=2)
    assert "Ăn hết" in visitor.get("/family/").text


def test_months_lead_back_and_not_ahead(home: Home) -> None:
    visitor = home.proven()
    here = f"/family/children/{home.child}"
    assert "Bé An hát hay." in visitor.get(f"{here}?month=2026-11").text
    assert "hát hay" not in visitor.get(f"{here}?month=2026-10").text
    for wrong in ("2026-12", "2026-13", "x", "2026-1", "9999-99"):
        assert visitor.get(f"{here}?month={wrong}").status_code == HTTPStatus.NOT_FOUND, wrong


def test_two_parents_never_see_each_others_messages_or_consents(home: Home) -> None:
    father = father_of(home)
    dispatch.drain(home.site.parts, Channel.ZALO)
    mothers, fathers = home.proven(), father.proven()
    assert "Zalo" in mothers.get("/family/sent").text
    page = fathers.get("/family/sent").text
    assert "Zalo" not in page
    assert "Nguyễn Gia" not in page, "nothing was sent to him yet"
    consents = fathers.get("/family/consents").text
    assert "Zalo" not in consents
    assert "E-mail" in consents
    home.post(
        mothers, f"/family/children/{home.child}/absences", since="2026-11-25", reason="đi Đà Lạt"
    )
    assert "đi Đà Lạt" in mothers.get(f"/family/children/{home.child}/absences").text
    assert "đi Đà Lạt" not in fathers.get(f"/family/children/{home.child}/absences").text
    with transaction(home.site.sessions) as session:
        note = session.scalars(select(AbsenceNote.id)).one()
    assert home.post(fathers, f"/family/absences/{note}/withdraw").status_code == 404
    assert home.post(fathers, "/family/leave").status_code == HTTPStatus.SEE_OTHER
    assert agreed(father) == Purpose(0)
    assert agreed(home) == ALL_PURPOSES


def test_consent_is_given_and_taken_back_purpose_by_purpose(home: Home) -> None:
    visitor = home.proven()
    there = f"/family/consents/{home.child}"
    kept = ["zalo:1", "zalo:2", "telegram:1", "zalo:64", "zalo:x", "nonsense"]
    assert home.post(visitor, there, agree=kept).headers["location"].endswith("saved=yes")
    assert agreed(home) == Purpose.ATTENDANCE | Purpose.DAILY_LIFE
    home.post(visitor, there, agree=["zalo:1", "zalo:2", "zalo:8"])
    assert agreed(home) == Purpose.ATTENDANCE | Purpose.DAILY_LIFE | Purpose.HEALTH
    with transaction(home.site.sessions) as session:
        lines = session.execute(
            select(Consent.purpose, Consent.granted, Consent.method, Consent.text_version)
            .where(Consent.guardian_id == home.guardian, Consent.method == "web")
            .order_by(Consent.id)
        ).all()
    assert {(line.purpose, line.granted) for line in lines[:-1]} == {
        (4, False), (8, False), (16, False), (32, False),
    }  # fmt: skip
    assert (lines[-1].purpose, lines[-1].granted) == (8, True)
    assert all(line.text_version == "2026-11" for line in lines)
    before = traces(home)
    home.post(visitor, there, agree=["zalo:1", "zalo:2", "zalo:8"])
    assert traces(home) == before, "nothing changed, nothing is written"


def test_leaving_ends_every_channel_at_once_and_can_be_undone_for_a_while(home: Home) -> None:
    visitor = home.proven()
    home.post(visitor, "/family/leave", "/family/leave")
    assert agreed(home) == Purpose(0)
    dispatch.drain(home.site.parts, Channel.ZALO)
    with transaction(home.site.sessions) as session:
        told = select(Delivery.status, Delivery.reason).where(Delivery.guardian_id == home.guardian)
        assert session.execute(told).one() == ("skipped", "no_consent")
    assert home.post(visitor, "/family/leave/undo", "/family/leave").status_code == 303
    assert agreed(home) == ALL_PURPOSES
    assert home.post(visitor, "/family/leave/undo").status_code == HTTPStatus.CONFLICT
    home.post(visitor, "/family/leave", "/family/leave")
    home.site.clock.at += timedelta(minutes=15)
    assert home.post(visitor, "/family/leave/undo").status_code == HTTPStatus.CONFLICT
    assert agreed(home) == Purpose(0)


def test_an_undo_gives_no_consent_for_a_child_she_lost(home: Home) -> None:
    visitor = home.proven()
    home.post(visitor, "/family/leave", "/family/leave")
    restrict(home, restricted=True)
    home.post(visitor, "/family/leave/undo", "/family/leave")
    assert agreed(home) == Purpose(0)


def test_an_absence_is_told_and_taken_back(home: Home) -> None:
    visitor = home.proven()
    there = f"/family/children/{home.child}/absences"
    for wrong in (
        {"since": "x"},
        {"since": "2026-11-01"},
        {"since": "2026-11-26", "until": "2026-11-25"},
    ):
        refused = home.post(visitor, there, **wrong)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
        assert 'class="error"' in refused.text
    assert home.post(visitor, there, since="2026-11-25", reason="Bé ho").status_code == 303
    assert home.post(visitor, there, since="2026-11-25", reason="Bé sốt").status_code == 303
    with transaction(home.site.sessions) as session:
        note = session.scalars(select(AbsenceNote)).one()
        assert (note.reason, note.channel, note.guardian_id) == ("Bé sốt", "web", home.guardian)
    assert home.post(visitor, f"/family/absences/{note.id}/withdraw").status_code == 303
    assert "đã rút lại" in visitor.get(there).text


def test_a_medicine_is_asked_for_and_taken_back(home: Home) -> None:
    visitor = home.proven()
    there = f"/family/children/{home.child}/medicine"
    fields = {"drug": "Siro ho", "dose": "5 ml", "since": "2026-11-25", "note": "sau ăn"}
    refused = home.post(visitor, there, **fields, times=["", "9 giờ", ""])
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Siro ho" in refused.text
    assert home.post(visitor, there, **fields, times=["11:30", "", "15:00"]).status_code == 303
    page = visitor.get(there).text
    assert "11h30" in page
    assert "chờ trường trả lời" in page
    with transaction(home.site.sessions) as session:
        slip = session.scalars(select(MedicationSlip.id)).one()
    assert home.post(visitor, f"/family/medicine/{slip}/withdraw").status_code == 303
    assert "đã rút lại" in visitor.get(there).text


def test_who_does_not_decide_asks_for_no_medicine(home: Home) -> None:
    visitor = home.proven()
    restrict(home, decides=False)
    refused = home.post(
        visitor, f"/family/children/{home.child}/medicine", drug="Siro", dose="5 ml",
        since="2026-11-25", times="11:30",
    )  # fmt: skip
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert traces(home)[2] == 0


def unpacked(content: bytes) -> ZipFile:
    return ZipFile(io.BytesIO(content))


def test_her_data_is_a_file_for_people_and_for_programs(home: Home) -> None:
    visitor = home.proven()
    home.post(
        visitor, f"/family/children/{home.child}/absences", since="2026-11-25",
        reason="=HYPERLINK(1)",
    )  # fmt: skip
    answer = home.post(visitor, "/family/data", "/family/data")
    assert answer.headers["content-type"] == "application/zip"
    with unpacked(answer.content) as pack:
        data = json.loads(pack.read("data.json"))
        assert "Bé An hát hay." in pack.read("so-lien-lac.html").decode()
        rows = list(csv.DictReader(io.StringIO(pack.read("absences.csv").decode("utf-8-sig"))))
        everything = b"".join(pack.read(name) for name in pack.namelist()).decode()
    assert [child["name"] for child in data["children"]] == ["Nguyễn Gia An"]
    assert len(data["consents"]) == 6
    assert rows[0]["reason"] == "'=HYPERLINK(1)", "a spreadsheet runs no formula of ours"
    assert "Bảo Châu" not in everything
    with transaction(home.site.sessions) as session:
        lines = session.execute(
            select(Audit.subject_id, Audit.facts).where(Audit.action == "family.exported")
        ).all()
    assert {line.subject_id for line in lines} == {home.child, home.guardian}
    assert all(line.facts["guardian"] == str(home.guardian) for line in lines)


def test_what_she_reads_is_written_down(home: Home) -> None:
    visitor = home.proven()
    for path in ("", f"children/{home.child}", "sent", "consents"):
        visitor.get(f"/family/{path}")
    with transaction(home.site.sessions) as session:
        found = session.execute(select(Audit.action, Audit.actor_id, Audit.facts)).all()
    mine = {row.action for row in found if row.facts.get("guardian") == str(home.guardian)}
    assert {"child.read", "sent.read", "consent.read", "family.proven"} <= mine


def test_a_page_that_forgot_to_ask_shows_no_other_family(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an authority that says yes to everything, the wall in the database is what is left."""
    visitor = home.proven()
    monkeypatch.setattr(authority, "guardian_may", lambda *_, **__: True)
    for child in home.teacher.children[1:]:
        assert visitor.get(f"/family/children/{child}").status_code == HTTPStatus.NOT_FOUND


def test_the_wall_around_a_guardian_stands_in_the_database(home: Home) -> None:
    father = father_of(home)
    with transaction(home.site.sessions) as session:
        enter_family(session, home.teacher.world.school.id, father.guardian)
        for table in ("delivery", "consent", "contact_point", "guardianship", "consent_state"):
            others = text(f"SELECT count(*) FROM {table} WHERE guardian_id <> :me")
            assert session.scalar(others, {"me": father.guardian}) == 0, table
        assert session.scalar(select(func.count()).select_from(DailyRecord)) == 0
        assert session.scalar(text("SELECT count(*) FROM student")) == 1
        assert session.scalar(text("SELECT count(DISTINCT student_id) FROM entry")) == 1
        assert session.scalar(text("SELECT count(*) FROM audit")) == 0, "nothing of hers yet"


def test_a_guardian_of_a_school_gives_consent_for_herself_only(home: Home) -> None:
    father = father_of(home)
    with transaction(home.site.sessions) as session:
        enter_family(session, home.teacher.world.school.id, father.guardian)
        with pytest.raises(DBAPIError, match="row-level security"), session.begin_nested():
            consent.record(
                session, school_id=home.teacher.world.school.id, guardian_id=home.guardian,
                student_ids=[home.child], channels=[Channel.ZALO], purposes=Purpose.HEALTH,
                granted=False, method=Method.WEB, now=home.site.clock(),
            )  # fmt: skip
