"""What a heading means, and where the header of a sheet is."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactbook.people.names import folded
from contactbook.people.roster_columns import Field, field_of, header_at
from contactbook.people.roster_file import read_roster
from contactbook.people.roster_sheets import Row
from tests.contactbook.people.class_list import TODAY, Line, book, plain

MEANT = {
    Field.CODE: ["Mã định danh", "Mã trẻ", "Mã số", "Mã học sinh", "Mã định danh Bộ GD", "MÃ HS"],
    Field.NAME: ["Họ và tên", "Họ tên trẻ", "Tên bé", "HỌ, TÊN HỌC SINH", "Họ và tên (*)"],
    Field.BORN: ["Ngày sinh", "Ngày tháng năm sinh", "Ngày sinh của bé", "Ngày sinh (dd/mm/yyyy)"],
    Field.SEX: ["Giới tính", "Phái", "Giới tính (Nam/Nữ)"],
    Field.GIRL: ["Nữ", "Nữ (x)", "Giới tính: Nữ"],
    Field.MOTHER_NAME: ["Họ tên mẹ", "Tên mẹ", "Mẹ", "Họ và tên của mẹ"],
    Field.FATHER_NAME: ["Họ tên cha", "Họ tên bố", "Họ tên ba", "Cha"],
    Field.GUARDIAN_NAME: ["Họ tên người giám hộ", "Họ tên phụ huynh", "Họ tên cha/mẹ"],
    Field.MOTHER_PHONE: ["SĐT mẹ", "Số điện thoại mẹ", "ĐT mẹ", "Điện thoại di động của mẹ"],
    Field.FATHER_PHONE: ["SĐT cha", "Điện thoại bố", "Điện thoại ba", "SĐT (cha)"],
    Field.GUARDIAN_PHONE: ["SĐT người giám hộ", "Điện thoại ông"],
    Field.PHONE: ["SĐT", "Số điện thoại", "SĐT phụ huynh", "Điện thoại cha mẹ", "SĐT liên hệ"],
    Field.EMAIL: ["Email", "E-mail", "Thư điện tử", "Địa chỉ email"],
    Field.MOTHER_EMAIL: ["Email mẹ", "Thư điện tử của mẹ"],
    Field.REMARK: ["Ghi chú", "GHI CHÚ:"],
    Field.ALLERGY: ["Dị ứng", "Dị ứng (nếu có)"],
    Field.CLASSROOM: ["Lớp", "Nhóm/lớp", "Tên lớp"],
}
KNOWN = [(heading, field) for field, headings in MEANT.items() for heading in headings]


@pytest.mark.parametrize(("heading", "field"), KNOWN, ids=[heading for heading, _ in KNOWN])
def test_a_heading_is_known_with_and_without_accents(heading: str, field: Field) -> None:
    spellings = [heading, heading.upper(), unicodedata.normalize("NFD", heading), folded(heading)]
    assert {field_of(spelling) for spelling in spellings} == {field}
    assert field_of(heading.replace(" ", "\n ")) == field


def test_accents_tell_a_grandmother_from_a_father_and_a_mother_from_a_code() -> None:
    assert field_of("SĐT bà") == Field.GUARDIAN_PHONE
    assert field_of("SĐT ba") == Field.FATHER_PHONE
    assert (field_of("Má"), field_of("Mã")) == (Field.MOTHER_NAME, Field.CODE)


@pytest.mark.parametrize(
    "heading",
    [
        "STT", "Dân tộc", "DT", "Địa chỉ", "Nơi sinh", "Năm sinh mẹ", "Nghề nghiệp cha", "CCCD mẹ",
        "SĐT người đón", "SĐT 2", "SĐT cơ quan mẹ", "Tên thường gọi", "Quan hệ", "Mã số thuế", "",
        "Số điện thoại giáo viên", "x" * 5000,
    ],
)  # fmt: skip
def test_what_is_not_ours_is_left_alone(heading: str) -> None:
    assert field_of(heading) is None


@given(st.text())
def test_any_heading_has_a_meaning_or_none(heading: str) -> None:
    assert field_of(heading) in {None, *Field}


CELLS = {
    "Ghi chú": "Ông bà đón", "SĐT mẹ": "0912345678", "Họ và tên": "Lê An",
    "Họ tên mẹ": "Lý My", "Ngày sinh": "4/5/2023", "Mã trẻ": "7",
}  # fmt: skip


@settings(deadline=None)
@given(st.permutations(list(CELLS)), st.integers(0, 18), st.booleans())
def test_columns_may_stand_in_any_order_and_the_header_in_any_of_the_first_rows(
    order: list[str], above: int, accents: bool
) -> None:
    headings = [heading if accents else folded(heading) for heading in order]
    lines: list[Line] = [("TRƯỜNG MẦM NON HOA MAI",)] * above
    file = book(("Lá 1", [*lines, headings, [CELLS[heading] for heading in order]]))
    [room] = read_roster(file, today=TODAY).classes
    [child] = room.students
    assert (child.row, child.code, child.name, child.remark) == (
        above + 2,
        "7",
        "Lê An",
        "Ông bà đón",
    )
    assert [(person.name, person.phone) for person in child.guardians] == [
        ("Lý My", "+84912345678")
    ]


def header(*lines: Line) -> dict[Field, int]:
    rows = [Row(number, tuple(line)) for number, line in enumerate(lines, 1)]  # type: ignore[arg-type] # a test's cells are cells
    found = header_at(rows, 0)
    return dict(found.columns) if found else {}


def test_headings_may_stand_in_two_rows_under_their_groups() -> None:
    assert header(
        ("STT", "Họ và tên", "Ngày sinh", None, "Cha", None, "Mẹ", None),
        (None, None, "Nam", "Nữ", "Họ tên", "SĐT", "Họ tên", "SĐT"),
    ) == {
        Field.NAME: 1, Field.BORN_BOY: 2, Field.BORN_GIRL: 3, Field.FATHER_NAME: 4,
        Field.FATHER_PHONE: 5, Field.MOTHER_NAME: 6, Field.MOTHER_PHONE: 7,
    }  # fmt: skip


def test_a_group_may_stand_above_all_headings() -> None:
    assert header(
        ("Thông tin trẻ", None, "Phụ huynh", None, None),
        ("Họ và tên", "Ngày sinh", "Họ tên mẹ", "SĐT mẹ", "Email"),
    ) == {
        Field.NAME: 0, Field.BORN: 1, Field.MOTHER_NAME: 2, Field.MOTHER_PHONE: 3, Field.EMAIL: 4,
    }  # fmt: skip


@pytest.mark.parametrize("place", range(5))
def test_a_title_above_the_header_is_no_group(place: int) -> None:
    title = [None] * place + ["DANH SÁCH TRẺ LỚP LÁ 1"] + [None] * (4 - place)
    headings = ("Họ và tên", "Ngày sinh", "Họ tên mẹ", "SĐT mẹ", "Email")
    assert header(title, headings) == {}
    assert len(header(headings)) == 5


def test_a_birth_date_under_nu_is_a_girls() -> None:
    file = book((
        "Lá 1",
        [
            ("Họ và tên", "Ngày sinh", None, "SĐT mẹ"),
            (None, "Nam", "Nữ", None),
            ("Lê Tú", "4/5/2023", None, None),
            ("Lê An", None, "5/5/2023", None),
        ],
    ))  # fmt: skip
    [room] = read_roster(file, today=TODAY).classes
    assert [(child.name, child.sex, child.row) for child in room.students] == [
        ("Lê Tú", "m", 3),
        ("Lê An", "f", 4),
    ]


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        (("Họ và tên", None, "Ngày sinh"), ("Nguyễn Thị", "An", "4/5/2023")),
        (("Họ và tên đệm", "Tên", "Ngày sinh"), ("Nguyễn Thị", "An", "4/5/2023")),
        (("Họ", "Tên", "Ngày sinh"), ("Nguyễn", "Thị An", "4/5/2023")),
        (("Họ và tên", None, "Ngày sinh"), ("Nguyễn Thị An", "x", "4/5/2023")),
    ],
)
def test_a_name_may_be_kept_in_two_columns(headings: Line, cells: Line) -> None:
    [room] = read_roster(plain(cells, headings=headings), today=TODAY).classes
    assert [child.name for child in room.students] == ["Nguyễn Thị An"]
