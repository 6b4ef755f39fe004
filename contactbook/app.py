"""Every router and every folder of pages, put together into one web application."""

from fastapi import APIRouter, FastAPI

from channels.catalogue import Providers
from contactbook.family import asking, book, code, consents, door, entrance, export, sent
from contactbook.family import notice as reading
from contactbook.office import account, channels, notice, notices, start
from contactbook.parts import Parts
from contactbook.people.family_access import LinkOver
from contactbook.teacher import (
    bulk,
    child,
    classes,
    compose,
    inbox,
    medicine,
    note,
    preview,
    progress,
    thread,
    urgent,
)
from contactbook.web import (
    errors,
    guard,
    health,
    hooks,
    sign_in,
    static_files,
    templating,
    unsubscribe,
)

PAGES = {name: f"contactbook.{name}" for name in ("web", "teacher", "office", "family")}
ROUTERS: tuple[APIRouter, ...] = (
    sign_in.router,
    static_files.router,
    health.router,
    hooks.router,
    unsubscribe.router,
    classes.router,
    compose.router,
    bulk.router,
    child.router,
    inbox.router,
    medicine.router,
    note.router,
    preview.router,
    progress.router,
    thread.router,
    urgent.router,
    start.router,
    channels.router,
    account.router,
    notices.router,
    notice.router,
    reading.router,
    entrance.router,
    code.router,
    book.router,
    asking.router,
    consents.router,
    sent.router,
    export.router,
)


def create_app(parts: Parts) -> FastAPI:
    app = FastAPI(title="Contact Book", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = parts
    app.state.catalogue = Providers()
    app.state.templates = templating.environment(PAGES)
    for router in ROUTERS:
        app.include_router(router)
    errors.handle(app)
    app.add_exception_handler(door.LinkNeeded, door.ask_for_a_link)
    app.add_exception_handler(LinkOver, door.ask_for_a_link)
    app.add_exception_handler(door.CodeNeeded, door.ask_for_a_code)
    app.add_middleware(guard.Guard, refused=errors.error_page)
    return app
