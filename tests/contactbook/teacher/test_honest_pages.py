"""What the pages say of a day is true, in one vocabulary, and tells what to do next."""

from datetime import timedelta
from http import HTTPStatus

from tests.contactbook.web.site import Teaching, token


def test_an_undo_that_comes_too_late_is_nobody_elses_doing(teacher: Teaching) -> None:
    teacher.post("/all/attendance", child=[str(child) for child in teacher.children])
    teacher.post("/publish", idempotency_key="a-key-of-this-form")
    page = teacher.get()
    undo = page.text.partition('action="/teacher/updates/')[2].partition('"')[0]
    teacher.site.clock.at += timedelta(hours=1)
    answer = teacher.visitor.post(f"/teacher/updates/{undo}", data={"csrf_token": token(page)})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Chưa làm được việc này" in answer.text
    assert "vừa sửa trước" not in answer.text
