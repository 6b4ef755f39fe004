"""Whether this process lives, and whether it could do its work."""

from functools import cache
from http import HTTPStatus

from alembic.config import Config
from alembic.script import ScriptDirectory
from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlalchemy.orm import Session

from contactbook.web.deps import SessionDep

router = APIRouter()


@router.get("/healthz")
def alive() -> Response:
    return Response("ok", media_type="text/plain")


@router.get("/readyz")
def ready(session: SessionDep) -> Response:
    """Ready when the database answers and stands at our newest step."""
    at, wanted = step(session), newest()
    status = HTTPStatus.OK if at == wanted else HTTPStatus.SERVICE_UNAVAILABLE
    said = at if at == wanted else f"migrations: at {at}, wanted {wanted}"
    return Response(said, status_code=status, media_type="text/plain")


def step(session: Session) -> str:
    """Where the database's migrations stand; "nothing" in an empty one."""
    if session.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return "nothing"
    return session.scalar(text("SELECT max(version_num) FROM alembic_version")) or "nothing"


@cache
def newest() -> str:
    """The head of our migrations, read as files: this layer imports none of them."""
    config = Config()
    config.set_main_option("script_location", "contactbook:migrations")
    return ScriptDirectory.from_config(config).get_current_head() or ""
