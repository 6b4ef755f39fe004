"""Files at Telegram: what was uploaded or sent by a parent, named, and fetched by its path."""

from base64 import b64decode
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from channels.simulator.telegram_answers import Refused, failed
from channels.simulator.telegram_form import Call
from channels.simulator.wire import Reply

LARGEST_UPLOAD = {"photo": 10_485_760, "document": 52_428_800}  # bytes
LARGEST_DOWNLOAD = 20_971_520
KEPT = 500  # files; the oldest is forgotten
FOLDERS = {"photo": "photos", "document": "documents", "voice": "voice"}
TYPES = {"photo": "image/jpeg", "document": "application/pdf", "voice": "audio/ogg"}


@dataclass(frozen=True, slots=True)
class File:
    id: str
    path: str
    kind: str
    name: str
    content: bytes
    size: int  # as Telegram says; larger than `content` where a test plays a large one


@dataclass(slots=True)
class Files:
    kept: OrderedDict[str, File] = field(default_factory=OrderedDict)
    number: int = 0

    def keep(self, kind: str, name: str, content: bytes, size: int | None = None) -> File:
        self.number += 1
        ending = name.rpartition(".")[2] if "." in name else "jpg"
        path = f"{FOLDERS[kind]}/file_{self.number}.{ending}"
        file = File(f"{kind}-{self.number}", path, kind, name, content, size or len(content))
        self.kept[file.id] = file
        while len(self.kept) > KEPT:
            self.kept.popitem(last=False)
        return file

    def uploaded(self, call: Call, kind: str, field_name: str = "") -> File:
        """The file of a send: its bytes, or one that we have already."""
        name = field_name or kind
        if name in call.files:
            title, content = call.files[name]
            if len(content) > LARGEST_UPLOAD[kind]:
                raise Refused("Request Entity Too Large")
            return self.keep(kind, title, content)
        told = call.text(name)
        if told.startswith("attach://"):
            return self.uploaded(call, kind, told.removeprefix("attach://"))
        if told in self.kept:
            return self.kept[told]
        if told.startswith(("https://", "http://")):
            return self.keep(kind, told, b"")
        if told:
            raise Refused("Bad Request: wrong file identifier/HTTP URL specified")
        raise Refused(f"Bad Request: there is no {kind} in the request")

    def sent(self, kind: str, told: object) -> File:
        """What a parent sends: {"name", "data" (base64), "size"}, each may be missing."""
        facts = told if isinstance(told, dict) else {}
        content = b64decode(str(facts.get("data", "")), validate=True)
        name = str(facts.get("name", f"{kind}.{TYPES[kind].rpartition('/')[2]}"))
        return self.keep(kind, name, content, facts.get("size"))

    def get(self, call: Call) -> dict[str, Any]:
        """getFile: where the bytes are, for an hour."""
        file = self.kept.get(call.text("file_id"))
        if file is None:
            raise Refused("Bad Request: invalid file_id")
        if file.size > LARGEST_DOWNLOAD:
            raise Refused("Bad Request: file is too big")
        return {**facts_of(file), "file_path": file.path}

    def download(self, path: str) -> Reply:
        found = next((file for file in self.kept.values() if file.path == path), None)
        if found is None:
            return failed("Not Found")
        return Reply(200, found.content, TYPES[found.kind].encode())


def facts_of(file: File) -> dict[str, Any]:
    return {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": file.size}


def shown(file: File) -> dict[str, Any]:
    """The part of a message that tells of its file."""
    facts = facts_of(file)
    if file.kind == "photo":
        small = {**facts, "file_id": f"{file.id}-s", "width": 90, "height": 67, "file_size": 900}
        return {"photo": [small, {**facts, "width": 1280, "height": 960}]}
    if file.kind == "voice":
        return {"voice": {**facts, "duration": 4, "mime_type": TYPES["voice"]}}
    return {"document": {**facts, "file_name": file.name, "mime_type": TYPES["document"]}}
