"""A teacher's day through the web door."""

from http import HTTPStatus

from sqlalchemy import func, select

from contactbook.db import transaction
from contactbook.updates.models import Update
from tests.contactbook.web.site import Teaching


def test_a_morning_by_name_list(teacher: Teaching) -> None:
    page = teacher.get()
    assert page.status_code == HTTPStatus.OK, page.text
    listed = teacher.get("/all/attendance")
    assert "Gia <b>" not in listed.text or listed.status_code == HTTPStatus.OK
    done = teacher.post("/all/attendance", child=[str(one) for one in teacher.children])
    assert done.status_code == HTTPStatus.SEE_OTHER, done.text
    preview = teacher.get("/preview")
    assert preview.status_code == HTTPStatus.OK, preview.text
    sent = teacher.post("/publish", idempotency_key="k" * 12)
    assert sent.status_code == HTTPStatus.SEE_OTHER, sent.text
    with transaction(teacher.site.sessions) as session:
        update = session.scalars(select(Update)).one()
        assert session.scalar(select(func.count()).select_from(Update)) == 1
    progress = teacher.visitor.get(f"/teacher/updates/{update.id}")
    assert progress.status_code == HTTPStatus.OK, progress.text
    assert (
        teacher.visitor.get(f"/teacher/updates/{update.id}/progress").status_code == HTTPStatus.OK
    )
    child = teacher.get(f"/children/{teacher.children[0]}")
    assert child.status_code == HTTPStatus.OK, child.text
    undone = teacher.visitor.get("/teacher/")
    assert undone.status_code == HTTPStatus.OK, undone.text
