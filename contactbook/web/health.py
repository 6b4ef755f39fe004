"""Whether this process lives, and whether it could do its work."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from sqlalchemy import text

from contactbook.web.deps import SessionDep

router = APIRouter()


@router.get("/healthz")
def alive() -> Response:
    return Response("ok", media_type="text/plain")


@router.get("/readyz")
def ready(session: SessionDep) -> Response:
    """Ready when the database answers and has been migrated."""
    step = session.scalar(text("SELECT version_num FROM alembic_version"))
    status = HTTPStatus.OK if step else HTTPStatus.SERVICE_UNAVAILABLE
    return Response(str(step or "not migrated"), status_code=status, media_type="text/plain")
