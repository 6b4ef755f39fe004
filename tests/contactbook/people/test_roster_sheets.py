"""Files from strangers' computers: read, or refused with a sentence, and nothing else."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from contactbook.people import roster_archive, roster_sheets
from contactbook.people.roster_file import Roster, UnreadableFile, read_roster
from tests.contactbook.people.class_list import (
    HEADINGS,
    TODAY,
    Line,
    book,
    child,
    day,
    plain,
    quirky,
    saved,
)

Parts = dict[str, bytes]


def read(content: bytes) -> Roster:
    return read_roster(io.BytesIO(content), today=TODAY)


def refused(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as why:
        read(content)
    sentence = str(why.value)
    assert sentence.endswith(".")
    return sentence


def taken_apart(content: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {part: archive.read(part) for part in archive.namelist()}


def put_together(parts: Parts) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def changed(change: Callable[[Parts], None]) -> bytes:
    """A good list with something done to its parts."""
    parts = taken_apart(plain(child("1", "Lê An")).getvalue())
    change(parts)
    return put_together(parts)


LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "không phải là bảng tính Excel"),
        ("STT,Họ và tên\n1,Lê An".encode(), "không phải là bảng tính Excel"),
        (b"%PDF-1.7", "không phải là bảng tính Excel"),
        (b"PK\x03\x04 and no more", "không phải là bảng tính Excel"),
        (LOCKED, "có mật khẩu"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Workbook", "kiểu cũ (.xls)"),
        (bytes(10 * 1024 * 1024 + 1), "lớn hơn 10 MB"),
        (put_together({"content.xml": b"<office/>"}), "không phải là bảng tính Excel"),
    ],
    ids=["empty", "csv", "pdf", "half a zip", "locked", "xls", "huge", "ods"],
)
def test_what_is_no_workbook_is_refused_by_name(content: bytes, reason: str) -> None:
    assert reason in refused(content)


def test_a_path_that_is_none_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.xlsx", tmp_path):
        with pytest.raises(UnreadableFile, match="Không mở được tệp"):
            read_roster(path, today=TODAY)


def test_a_workbook_that_is_no_class_list_is_refused() -> None:
    assert "Họ và tên" in refused(book(("Thu chi", [("Ngày", "Số tiền"), (1, 2)])).getvalue())
    assert "Họ và tên" in refused(book(("Trống", [])).getvalue())


def test_macros_are_refused() -> None:
    assert "macro" in refused(changed(lambda parts: parts.update({"xl/vbaProject.bin": b"VBA"})))


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize("encoding", ["ascii", "utf-16"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "_rels/.rels"])
def test_entities_are_refused(part: str, encoding: str) -> None:
    def laugh(parts: Parts) -> None:
        parts[part] = LAUGHS.decode().encode(encoding) + parts[part]

    assert "không an toàn" in refused(changed(laugh))


def test_a_file_that_unpacks_to_very_much_is_refused() -> None:
    bomb = changed(lambda parts: parts.update({"xl/media/a.xml": bytes(31 * 1024 * 1024)}))
    assert len(bomb) < 1024 * 1024
    assert "quá lớn" in refused(bomb)


@pytest.mark.parametrize("what", ["one row of cells", "rows", "strings"])
def test_a_small_file_of_very_many_elements_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Seven million empty cells are 32 KB on disk, and 2 GB in memory for who reads them."""

    def swell(parts: Parts) -> None:
        sheet, end = "xl/worksheets/sheet1.xml", b"</sheetData>"
        if what == "strings":
            parts["xl/sharedStrings.xml"] = b"<sst>" + b"<si/>" * 700_000 + b"</sst>"
        elif what == "rows":
            parts[sheet] = parts[sheet].replace(end, b"<row/>" * 700_000 + end)
        else:
            cells = b"<row>" + b"<c/>" * 700_000 + b"</row>"
            parts[sheet] = parts[sheet].replace(end, cells + end)

    monkeypatch.setattr(roster_sheets, "_Reader", None)  # nobody gets that far
    bomb = changed(swell)
    assert len(bomb) < 20_000
    assert "quá lớn" in refused(bomb)


def test_elements_are_counted_in_whatever_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_archive, "MOST_ELEMENTS", 500)

    def swell(parts: Parts) -> None:
        xml = '<?xml version="1.0" encoding="{}"?><a>' + "<c/>" * 600 + "</a>"
        parts["xl/a.xml"] = xml.format("utf-16").encode("utf-16")
        parts["xl/b.xml"] = b'<?xml version="1.0" encoding="cp037"?>' + (
            "<a>" + "<c/>" * 600
        ).encode("cp037")

    assert "quá lớn" in refused(changed(swell))
    assert len(read(changed(lambda _: None)).classes[0].students) == 1


def test_a_chart_on_a_sheet_of_its_own_is_passed_over() -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Lá 1"
    for line in (HEADINGS, child("1")):
        sheet.append(list(line))
    workbook.create_chartsheet("Biểu đồ").add_chart(BarChart())
    parts = taken_apart(saved(workbook).getvalue())
    for name in [name for name in parts if "chartsheets/_rels" in name or "drawings/_rels" in name]:
        del parts[name]  # as programs write it that keep the picture elsewhere
    roster = read(put_together(parts))
    assert [room.name for room in roster.classes] == ["Lá 1"]
    assert (roster.rejected, roster.left_out) == ((), ())


def test_a_file_that_lies_about_how_much_it_unpacks_to_is_refused() -> None:
    name, size = b"xl/media/a.xml", 20 * 1024 * 1024
    honest = changed(lambda parts: parts.update({name.decode(): bytes(size)}))
    lying = honest.replace(size.to_bytes(4, "little"), (9).to_bytes(4, "little"))
    assert lying != honest
    assert "không phải là bảng tính Excel" in refused(lying)


def test_cells_at_the_end_of_the_world_cost_little() -> None:
    def far(parts: Parts) -> None:
        sheet = parts["xl/worksheets/sheet1.xml"]
        cells = b'<row r="1048576"><c r="XFD1048576" t="str"><v>xa</v></c></row></sheetData>'
        merged = b'<mergeCells count="1"><mergeCell ref="L1:XFD1048576"/></mergeCells>'
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", cells + merged)

    started = process_time()
    assert len(read(changed(far)).classes[0].students) == 1
    assert process_time() - started < 2  # a minute, when every empty row was looked at


def test_a_long_list_is_read_in_a_moment() -> None:
    family = ("Lê Tư", "0912345678", "Lý My", "0987654321", "my@example.com", "Dị ứng sữa bò")
    lines = [
        child(str(n), f"Lê Gia {chr(97 + n % 26)}", day(2023, 5, 4), "Nữ", *family)
        for n in range(1500)
    ]
    file = plain(*lines)
    started = process_time()
    roster = read_roster(file, today=TODAY)
    assert process_time() - started < 10  # under 2 s when nothing else runs
    assert sum(len(room.students) for room in roster.classes) == 1500


def test_a_sheet_may_lie_about_its_size() -> None:
    def lie(parts: Parts) -> None:
        sheet = parts["xl/worksheets/sheet1.xml"]
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'ref="A1:K2"', b'ref="A1:A1"')

    assert len(read(changed(lie)).classes[0].students) == 1


def test_an_endless_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_sheets, "MOST_ROWS", 3)
    assert "hơn 3 dòng" in refused(plain(*[child(str(n)) for n in range(3)]).getvalue())
    assert len(read(plain(child("1"), child("2")).getvalue()).classes[0].students) == 2


def test_hidden_sheets_are_not_read() -> None:
    workbook = Workbook()
    for title, state in (("Lá 1", "visible"), ("Nháp", "hidden"), ("Kho", "veryHidden")):
        sheet = workbook.create_sheet(title)
        sheet.sheet_state = state
        sheet.append(HEADINGS)
        sheet.append(list(child(title.replace(" ", ""))))
    assert [room.name for room in read(saved(workbook).getvalue()).classes] == ["Lá 1"]


def test_a_formula_gives_the_value_it_last_had() -> None:
    def formula(parts: Parts) -> None:
        sheet = parts["xl/worksheets/sheet1.xml"]
        typed = (
            b'<c r="H2" t="str"><f>CONCATENATE("Ly ","My")</f><v>Ly My</v></c>'
            b'<c r="I2"><f>1+1</f><v>912345678</v></c>'
        )
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(
            b"</row></sheetData>", typed + b"</row></sheetData>"
        )

    [student] = read(changed(formula)).classes[0].students
    assert [(who.name, who.phone) for who in student.guardians] == [("Ly My", "+84912345678")]


def test_a_file_of_an_old_mac_counts_its_days_from_1904() -> None:
    workbook = Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    sheet = workbook.worksheets[0]
    for line in (HEADINGS, child("1"), child("2", "Lê Tú", 45050 - 1462)):
        sheet.append(list(line))
    students = read(saved(workbook).getvalue()).classes[0].students
    assert {student.born_on for student in students} == {date(2023, 5, 4)}


SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1)),
    st.datetimes(datetime(1900, 3, 1)),  # noqa: DTZ001 Excel's dates know no zone
    st.times(),
    st.timedeltas(timedelta(0), timedelta(days=9999)),
    # What openpyxl refuses to write, it cannot be given to read.
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=40),
    st.sampled_from(
        [
            *(*HEADINGS, "Lớp", "Nữ", "Dị ứng", "SĐT", "Tổng cộng: 2", "HIỆU TRƯỞNG", "Lê An"),
            *("0912345678", "04/05/2023", "DANH SÁCH TRẺ LỚP LÁ 1", "Năm học 2026-2027"),
            *("me@example.com", "=1+1", "#N/A", "x", "<b>", "😀", "\ufffe"),
        ]
    ),
)
lines = st.lists(st.lists(cells, max_size=8), max_size=12)


@SLOW
@given(lines, lines, st.booleans())
def test_any_workbook_is_read_or_refused(
    above: list[Line], below: list[Line], header: bool
) -> None:
    headings = [HEADINGS] if header else []
    file = book(("Lá 1", [*above, *headings, *below]), ("Sheet2", below))
    try:
        roster = read_roster(file, today=TODAY)
    except UnreadableFile:
        return
    for room in roster.classes:
        assert room.name
        assert all(student.name and student.born_on <= TODAY for student in room.students)
    assert all(rejected.reason for rejected in roster.rejected)


GOOD = quirky()[0].getvalue()


@SLOW
@given(st.data())
def test_any_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    bytes_ = data.draw(st.binary(max_size=20))
    damaged = GOOD[:at] + bytes_ + GOOD[at + data.draw(st.sampled_from([0, len(bytes_), 400])) :]
    read_or_refused(damaged)


@SLOW
@given(st.data())
def test_any_damaged_part_is_read_or_refused(data: st.DataObject) -> None:
    parts = taken_apart(GOOD)
    name = data.draw(st.sampled_from(sorted(parts)))
    content = parts[name]
    at = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(at, min(len(content), at + 60)))
    parts[name] = content[:at] + data.draw(st.binary(max_size=10)) + content[end:]
    read_or_refused(put_together(parts))


@SLOW
@given(st.binary())
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read_or_refused(content)


def read_or_refused(content: bytes) -> None:
    try:
        assert read(content).classes is not None
    except UnreadableFile as why:
        assert str(why)  # noqa: PT017 either answer is right
