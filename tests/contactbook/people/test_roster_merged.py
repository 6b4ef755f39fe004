"""Cells merged over brothers and sisters, and columns that say the same twice."""

import io

from openpyxl import Workbook

from contactbook.people.roster_file import Roster, read_roster
from tests.contactbook.people.class_list import HEADINGS, TODAY, Line, child, plain, saved

MOTHER = ("Lê My", "0912345678", "my@example.com")
NONE = (None, None, None)


def line(code: str, name: str, mother: Line, father: Line = (None, None)) -> Line:
    return child(code, name, "04/05/2023", "Nữ", *father, *mother)


def merged(*ranges: str, lines: list[Line]) -> io.BytesIO:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Lá 1"
    for one in (HEADINGS, *lines):
        sheet.append(list(one))
    for one in ranges:
        sheet.merge_cells(one)
    return saved(workbook)


def parents(roster: Roster) -> dict[str, list[tuple[str, str]]]:
    return {
        student.name: [(person.name, person.phone) for person in student.guardians]
        for room in roster.classes
        for student in room.students
    }


def test_a_mother_merged_over_two_lines_is_the_mother_of_both() -> None:
    lines = [line("1", "Lê An", MOTHER), line("2", "Lê Bình", NONE), line("3", "Lê Châu", NONE)]
    roster = read_roster(merged("H2:H3", "I2:I3", "J2:J3", lines=lines), today=TODAY)
    my = [("Lê My", "+84912345678")]
    assert parents(roster) == {"Lê An": my, "Lê Bình": my, "Lê Châu": []}
    second = roster.classes[0].students[1].guardians[0]
    assert second.emails == ("my@example.com",)
    assert roster.rejected == ()


def test_two_families_below_each_other_are_not_mixed_up() -> None:
    other = ("Vũ Tú", "0987654321", None)
    lines = [
        line("1", "Lê An", MOTHER), line("2", "Lê Bình", NONE),
        line("3", "Vũ Châu", other), line("4", "Vũ Dung", NONE),
    ]  # fmt: skip
    ranges = ("H2:H3", "I2:I3", "H4:H5", "I4:I5")
    told = parents(read_roster(merged(*ranges, lines=lines), today=TODAY))
    assert told["Lê Bình"] == told["Lê An"] != told["Vũ Dung"] == told["Vũ Châu"]


def test_a_name_merged_over_two_lines_makes_no_second_child() -> None:
    lines = [line("1", "Lê An", MOTHER), (None,) * 11]
    roster = read_roster(merged("C2:C3", "H2:H3", "I2:I3", lines=lines), today=TODAY)
    assert (list(parents(roster)), roster.rejected) == (["Lê An"], ())


def test_a_second_column_of_one_kind_is_told() -> None:
    headings = (*HEADINGS, "Điện thoại mẹ", "Tên trẻ", "Lưu ý")
    roster = read_roster(
        plain(
            (*line("1", "Lê An", MOTHER), "0987654321", "Lê Bi", None),
            (*line("2", "Lê Bình", MOTHER), None, "Lê Bo", None),
            headings=headings,
        ),
        today=TODAY,
    )
    assert list(parents(roster)) == ["Lê An", "Lê Bình"]
    assert [(told.sheet, told.row, told.reason) for told in roster.left_out] == [
        ("Lá 1", 1, "Không đọc cột L “Điện thoại mẹ” vì đã có một cột cùng loại ở bên trái."),
        ("Lá 1", 1, "Không đọc cột M “Tên trẻ” vì đã có một cột cùng loại ở bên trái."),
    ]


def test_a_second_column_below_a_group_is_told_with_its_group() -> None:
    above = (None, None, None, "Mẹ", None, None)
    below = ("Mã", "Họ và tên", "Ngày sinh", "Họ tên", "SĐT", "Điện thoại")
    roster = read_roster(
        plain(below, ("1", "Lê An", "04/05/2023", "Lê My", "0912345678", "0987654321"),
              headings=above),
        today=TODAY,
    )  # fmt: skip
    assert parents(roster) == {"Lê An": [("Lê My", "+84912345678")]}
    assert ["“Mẹ Điện thoại”" in told.reason for told in roster.left_out] == [True]
