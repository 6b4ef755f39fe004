"""A file from the office's computer: what it is, told by its first bytes, and where it waits."""

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import delete
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from contactbook.delivery.reading import Attachment
from contactbook.errors import Invalid
from contactbook.office.door import Office
from contactbook.web.deps import LONGEST_FIELD, Page, StaffDep, StalePage, Typed, tidy
from contactbook.words import gettext as _

MOST_FILE = 3_000_000  # bytes; the guard lets a little more in for the form around it
KINDS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}
ABANDONED = timedelta(days=1)  # a form that nobody sent


async def form_with_file(request: Request, who: StaffDep) -> AsyncIterator[Typed]:
    """A form with at most one file, whose sender saw our page; the file is closed afterwards."""
    async with request.form(max_files=1, max_fields=3_000, max_part_size=LONGEST_FIELD) as form:
        typed = Typed(form)
        if not secrets.compare_digest(typed.text("csrf_token").encode(), who.csrf.encode()):
            raise StalePage
        yield typed


FileFormDep = Annotated[Typed, Depends(form_with_file)]


def media_type(data: bytes) -> str:
    return next((kind for sign, kind in KINDS.items() if data.startswith(sign)), "")


def brought(form: Typed, field: str) -> tuple[str, str, bytes] | None:
    """Name, type and bytes of the file in `field`; raises Invalid for one we do not take."""
    file = form.fields.get(field)
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    data = file.file.read(MOST_FILE + 1)
    if len(data) > MOST_FILE:
        raise Invalid({field: _("This file is larger than 3 MB. Please make it smaller.")})
    kind = media_type(data)
    if not kind:
        raise Invalid({field: _("Only pictures (JPEG, PNG) and PDF files can be sent.")})
    name = tidy(file.filename.replace("\\", "/").rpartition("/")[2])[-80:]
    return name or _("file"), kind, data


def keep(session: Session, office: Office, form: Typed, page: Page) -> UUID | None:
    """Put the form's file aside until the notice is sent; those of forms left behind go."""
    session.execute(
        delete(Attachment).where(
            Attachment.update_id.is_(None), Attachment.created_at < page.now - ABANDONED
        )
    )
    found = brought(form, "file")
    if found is None:
        return None
    name, kind, data = found
    kept = Attachment(
        school_id=office.school.id,
        staff_id=office.staff_id,
        name=name,
        media_type=kind,
        data=data,
        created_at=page.now,
    )
    session.add(kept)
    session.flush()
    return kept.id
