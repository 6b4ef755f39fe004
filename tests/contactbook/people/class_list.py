"""Class lists as schools keep them, made for a test: a small one with every quirk of a real one."""

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from openpyxl import Workbook

TODAY = date(2026, 11, 24)
HEADINGS = (
    "STT", "Mã định danh", "Họ và tên", "Ngày sinh", "Giới tính", "Họ tên cha", "SĐT cha",
    "Họ tên mẹ", "SĐT mẹ", "Email", "Ghi chú",
)  # fmt: skip

Line = Sequence[object]
NOBODY = (None,) * 4


@dataclass(frozen=True)
class Expected:
    students: int
    classrooms: list[str]
    guardians: int
    guardianships: int
    rejected: int
    phones: list[str]


def book(*sheets: tuple[str, Iterable[Line]]) -> io.BytesIO:
    """An .xlsx file with these sheets, row by row."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, lines in sheets:
        sheet = workbook.create_sheet(title)
        for line in lines:
            sheet.append(list(line))
    return saved(workbook)


def saved(workbook: Workbook) -> io.BytesIO:
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    return file


def plain(*lines: Line, headings: Line = HEADINGS) -> io.BytesIO:
    """One sheet, "Lá 1", with nothing above its header: the first line is row 2."""
    return book(("Lá 1", [headings, *lines]))


def child(code: object, *rest: object) -> Line:
    """A line of `HEADINGS`, blank where nothing is given."""
    cells = (1, code, "Lê Gia An", datetime(2023, 5, 4), "Nữ", *NOBODY, None, None)  # noqa: DTZ001 Excel's dates know no zone
    return (*cells[:2], *rest, *cells[2 + len(rest) :])


def typical(title: str, lines: Iterable[Line], count: int) -> tuple[str, list[Line]]:
    """A sheet with its titles, header in row 5, blank lines, sum and signature."""
    above: list[Line] = [
        ("ỦY BAN NHÂN DÂN PHƯỜNG",),
        (f"DANH SÁCH TRẺ LỚP {title.upper()}",),
        ("Năm học 2026 - 2027",),
        (),
        HEADINGS,
    ]
    below: list[Line] = [
        (),
        (f"Tổng cộng: {count} trẻ",),
        (*(None,) * 7, "NGƯỜI LẬP BẢNG"),
        (),
        (*(None,) * 7, "Nguyễn Thị Hoa"),
    ]
    return title, [*above, *lines, *below]


def day(year: int, month: int, day_: int) -> datetime:
    return datetime(year, month, day_)  # noqa: DTZ001 Excel's dates know no zone


SERIAL = (date(2023, 3, 14) - date(1899, 12, 30)) / timedelta(days=1)


def quirky() -> tuple[io.BytesIO, Expected]:
    """Two classes with what offices do to a list, and what must come of it."""
    nfd = unicodedata.normalize("NFD", "Võ Thanh Châu")
    first: list[Line] = [
        (1, "1", "Huỳnh Khánh Bình", "14/06/2024", "Nữ", "Phan Thị Châu", 861171979,
         "Võ Thanh Châu", "0795194349", "me1@example.com", "Ông bà đón"),
        (2, "2", "  NGUYỄN THANH PHÚC ", day(2024, 1, 26), "nam", None, None,
         nfd, "0121.519.4349", "me2@example.com", "Dị ứng sữa bò"),
        (),
        (3, 3, unicodedata.normalize("NFD", "Đỗ Thị Uyên"), "15-11-2024", "NỮ", "Đỗ Anh Vy",
         " 0162.115.3650 ", "VÕ THANH CHÂU", "+84 79 519 4349", None, None),
        (4, "4", "Lê Không Ai", "8.12.2024", "Nam", *NOBODY, None, None),
        (5, "5", None, day(2024, 3, 2), "Nam", None, None, "Lê Thị A", "0912345678", None, None),
    ]  # fmt: skip
    second: list[Line] = [
        (1, "6", "Hồ Bảo Nam", day(2031, 1, 1), "Nam", None, None,
         "Vũ Đức Quân", "0860584759", None, None),
        (2, "7", "Phan Văn Phúc", "26-10-23", "Nam", None, None,
         "Phan Hoàng An", "12345", None, None),
        (3, "8", "Trần Bảo Ý", SERIAL, None, "Trần Văn Tư", None,
         "Lý Gia Châu", "0915.748.475", "me8@example.com", None),
        (4, "9", "Trần Bảo Yến", "14/3/2023", "Nữ", None, None,
         "Lý Gia Châu", "(+84) 0915748475", "me8@example.com; khac@example.com", None),
    ]  # fmt: skip
    file = book(typical("Nhà trẻ 1", first, 5), typical("Mầm 1", second, 4))
    phones = ["+84321153650", "+84795194349", "+84861171979", "+84915748475"]
    return file, Expected(6, ["Nhà trẻ 1", "Mầm 1"], 4, 7, 3, phones)
