"""One door for every provider's callback: the adapter says who may knock, and what was said."""

from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from contactbook.db import transaction
from contactbook.delivery import receipts
from contactbook.errors import NotFound
from contactbook.parts import Parts
from contactbook.ports.channel import Callback, Channel, Forged, Incoming, Receipt
from contactbook.web.deps import PartsDep

router = APIRouter()
log = structlog.get_logger()


@router.api_route("/hooks/{channel}/{rest:path}", methods=["GET", "POST"])
async def hear(channel: Channel, rest: str, request: Request, parts: PartsDep) -> Response:
    callback = Callback(
        method=request.method,
        path=rest,
        query=dict(request.query_params),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
    )
    try:
        await run_in_threadpool(take, parts, channel, callback)
    except Forged:
        log.warning("forged callback", channel=channel.value)
        return Response(status_code=HTTPStatus.FORBIDDEN)
    return Response(status_code=HTTPStatus.OK)


def take(parts: Parts, channel: Channel, callback: Callback) -> None:
    """Write what the provider said; a parent's words are counted here and kept by the next step."""
    adapter = parts.adapters.get(channel)
    if adapter is None:
        raise NotFound
    said = adapter.read(callback)
    with transaction(parts.sessions) as session:
        for one in said:
            match one:
                case Receipt():
                    receipts.apply(session, parts.entitlements, one, now=parts.now())
                case Incoming():
                    log.info("a parent wrote", channel=channel.value)
