"""python-telegram-bot's requests over our own client, whose failures keep their names."""

from datetime import datetime

import httpx
from telegram.request import BaseRequest, RequestData

from channels.http import Answer, Client, Clock, json_object, retry_after, speechless
from channels.telegram.answers import TOO_MANY, flood
from channels.telegram.updates import LARGEST_FILE
from contactbook.ports.channel import Throttled

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OK = 200


class Request(BaseRequest):
    def __init__(self, client: Client, timeout_seconds: float, now: Clock) -> None:
        self._client, self._timeout, self._now = client, timeout_seconds, now

    @property
    def read_timeout(self) -> float:
        return self._timeout

    async def initialize(self) -> None:
        """Nothing: the client wakes at its first request."""

    async def shutdown(self) -> None:
        """Nothing: the adapter closes the client."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *_: object,
        **__: object,
    ) -> tuple[int, bytes]:
        if method == "GET":  # a file
            found = await self._client.get(httpx.URL(url), {}, at_most=LARGEST_FILE)
            if found.status != OK:
                _spoken(found, now=self._now())
            return found.status, found.body
        content, headers = written(request_data)
        answer = await self._client.post(httpx.URL(url), content, headers)
        _spoken(answer, now=self._now())
        return answer.status, answer.body


def written(data: RequestData | None) -> tuple[bytes, dict[str, str]]:
    """A form; with files in it, a multipart one."""
    if data is None or not data.contains_files:
        return (data.url_encoded_parameters().encode() if data else b""), FORM
    # httpx's own form, for its boundary and its quoting; "POST" and the address are not used
    form = httpx.Request(
        "POST", "http://form.invalid", data=data.json_parameters, files=data.multipart_data
    )
    return form.read(), {"Content-Type": form.headers["Content-Type"]}


def _spoken(answer: Answer, *, now: datetime) -> None:
    """Let through what Telegram said itself; a web server in front of it is heard here."""
    said = json_object(answer.body)
    if answer.status == TOO_MANY:
        parameters = (said or {}).get("parameters")
        asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
        wait = flood(asked) or retry_after(answer.headers, now=now)
        raise Throttled("HTTP 429", after=wait)
    if said is None:
        raise speechless(answer.status)
