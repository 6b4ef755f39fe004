"""The three ways a Bot API call brings its parameters: form, multipart, JSON."""

import json
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from channels.simulator.wire import Request


@dataclass(slots=True)
class Call:
    fields: dict[str, Any]
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        value = str(self.fields.get(name, ""))
        return int(value) if value.lstrip("-").isdecimal() else default

    def yes(self, name: str) -> bool:
        return str(self.fields.get(name, "")).lower() in ("true", "1", "yes")

    def nested(self, name: str) -> Any:  # noqa: ANN401 it may be anything
        """An object: as such in JSON, as a string of JSON in a form."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            return None


def read(request: Request) -> Call:
    kind = request.header(b"content-type").lower()
    if kind.startswith("application/json"):
        told = request.json()
        return Call({**request.query, **(told if isinstance(told, dict) else {})})
    if kind.startswith("multipart/form-data"):
        return _parts(request)
    return Call({**request.query, **request.form})


def _parts(request: Request) -> Call:
    head = b"Content-Type: " + request.headers[b"content-type"] + b"\r\n\r\n"
    call = Call(dict(request.query))
    for part in message_from_bytes(head + request.body).walk():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            continue
        content = part.get_payload(decode=True)
        raw = content if isinstance(content, bytes) else b""
        if file := part.get_filename():
            call.files[name] = file, raw
        else:
            call.fields[name] = raw.decode("utf-8", "replace")
    return call
