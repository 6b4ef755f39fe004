"""An .xlsx file as what it is, a zip archive of XML: honest, small and harmless, or refused.

Every part is gone through here once, without keeping it, so that what reads it afterwards meets no
entity, no lie about a size, and no more elements than a class list can have: each of them, however
few bytes it takes on disk, costs a reader hundreds in memory.
"""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
MOST_UNPACKED = 10 * MEGABYTE  # a school of 30 classes unpacks to less than one
MOST_ELEMENTS = 600_000  # of the whole file: a school of 1,000 children has about 50,000
MOST_PARTS = 1_000

OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an OLE container: .xls, or .xlsx encrypted
LOCKED = "EncryptedPackage".encode("utf-16-le")
DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)  # no spreadsheet program does

NOT_A_WORKBOOK = "Tệp không phải là bảng tính Excel (.xlsx). Cô chọn lại tệp giúp nhé."
UNSAFE = "Tệp có nội dung không an toàn nên không đọc được."
TOO_MUCH = "Tệp quá lớn so với một danh sách lớp nên chưa đọc được."


class UnreadableFile(ValueError):
    """Not a class list we can open; one Vietnamese sentence says why and what to do."""


@dataclass
class Archive:
    """The file packed anew; of each part the cells that its author merged, as "F2:F3"."""

    file: BinaryIO
    merged: Mapping[str, Sequence[str]]


def honest(source: Path | BinaryIO) -> Archive:
    """The archive packed anew from what was really in it; raises `UnreadableFile` only."""
    content = _content(source)
    if content.startswith(OLD_OR_LOCKED):
        raise UnreadableFile(
            "Tệp đang có mật khẩu. Cô bỏ mật khẩu rồi gửi lại giúp nhé."
            if LOCKED in content
            else "Tệp Excel kiểu cũ (.xls). Cô lưu lại thành .xlsx rồi gửi lại giúp nhé."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(archive)
            return _packed_anew(archive)
    except UnreadableFile:
        raise
    except Exception as error:  # zipfile meets broken archives with a dozen errors
        raise UnreadableFile(NOT_A_WORKBOOK) from error


def _content(source: Path | BinaryIO) -> bytes:
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        else:
            content = source.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableFile("Không mở được tệp. Cô kiểm tra lại đường dẫn giúp nhé.") from error
    if len(content) > MOST_BYTES:
        raise UnreadableFile(
            f"Tệp lớn hơn {MOST_BYTES // MEGABYTE} MB. Danh sách lớp chỉ cần chữ: "
            "cô bỏ hình ảnh ra rồi gửi lại giúp nhé."
        )
    return content


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise UnreadableFile(NOT_A_WORKBOOK)
    if any(name.endswith("vbaproject.bin") for name in names):
        raise UnreadableFile(
            "Tệp có macro. Cô lưu lại thành .xlsx (không có macro) rồi gửi lại giúp nhé."
        )
    read = [part.file_size for part in parts if _is_read(part)]
    if len(parts) > MOST_PARTS or sum(read) > MOST_UNPACKED:
        raise UnreadableFile(TOO_MUCH)


def _is_read(part: zipfile.ZipInfo) -> bool:
    return part.filename.lower().endswith((".xml", ".rels"))


def _packed_anew(archive: zipfile.ZipFile) -> Archive:
    """A part whose declared size lies unpacks in full, unless it is read with a limit: do so."""
    copy = io.BytesIO()
    look = _Look()
    with zipfile.ZipFile(copy, "w") as packed:
        for part in filter(_is_read, archive.infolist()):
            with archive.open(part) as file:
                xml = file.read(part.file_size + 1)
            if DECLARES.search(xml.replace(b"\0", b"")):  # in UTF-16, too
                raise UnreadableFile(UNSAFE)
            look.through(part.filename, xml)
            packed.writestr(part.filename, xml)
    copy.seek(0)
    return Archive(copy, look.merged)


@dataclass
class _Look:
    """Counts the elements of one part after the other, in whatever encoding each says it has."""

    elements: int = 0
    merged: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def through(self, name: str, xml: bytes) -> None:
        def begins(element: str, attributes: dict[str, str]) -> None:
            self.elements += 1
            if self.elements > MOST_ELEMENTS:
                raise UnreadableFile(TOO_MUCH)
            if element.endswith("mergeCell"):
                self.merged[name].append(attributes.get("ref", ""))

        parser = expat.ParserCreate()
        parser.StartElementHandler = begins
        parser.StartDoctypeDeclHandler = _doctype
        try:
            parser.Parse(xml, True)  # noqa: FBT003 expat takes it by place
        except expat.ExpatError:  # what is broken here breaks at the same sign for who reads it
            return


def _doctype(*_: object) -> None:
    raise UnreadableFile(UNSAFE)
