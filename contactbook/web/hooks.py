"""One door for every provider's callback: the adapter says who may knock, and what was said."""

from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from contactbook.ports.channel import Callback, Channel, Forged
from contactbook.web.deps import PartsDep
from contactbook.web.intake import take

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
