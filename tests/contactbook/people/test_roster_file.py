"""A school's class list, read: what is found, what is set aside, and why."""

import json
import os
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pytest

from contactbook.people.roster_file import (
    ClassList,
    GuardianLine,
    Rejected,
    Roster,
    StudentLine,
    guardians,
    read_roster,
)
from tests.contactbook.people.class_list import (
    HEADINGS,
    TODAY,
    Expected,
    book,
    child,
    day,
    plain,
    quirky,
    typical,
)

SAMPLE = Path(__file__).parents[4] / "shared" / "data" / "danh_sach_lop_mau.xlsx"


def read(file: Path | BinaryIO) -> Roster:
    return read_roster(file, today=TODAY)


def children(roster: Roster) -> list[StudentLine]:
    return [student for room in roster.classes for student in room.students]


def one(*cells: object, headings: Sequence[object] = HEADINGS) -> StudentLine:
    """The child of a list that has only this line."""
    roster = read(plain(cells, headings=headings))
    assert roster.rejected == ()
    [student] = children(roster)
    return student


def refused(*cells: object, headings: Sequence[object] = HEADINGS) -> str:
    """Why the only line of a list is set aside."""
    roster = read(plain(cells, headings=headings))
    assert children(roster) == []
    [rejected] = roster.rejected
    assert (rejected.sheet, rejected.row) == ("Lá 1", 2)
    return rejected.reason


def sample() -> tuple[Path | BinaryIO, Expected]:
    """The sample list of a school where there is one; else our own with the same quirks."""
    path = Path(os.environ.get("CONTACTBOOK_SAMPLE_ROSTER") or SAMPLE)
    if not path.exists():
        return quirky()
    told = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    facts = ["students", "classrooms", "guardians", "guardianships", "rejected_rows", "phones"]
    return path, Expected(*(told[fact] for fact in facts))


@pytest.mark.parametrize("made", [quirky, sample], ids=["our own list", "a school's list"])
def test_a_list_gives_exactly_the_people_who_are_in_it(
    made: Callable[[], tuple[Path | BinaryIO, Expected]],
) -> None:
    file, expected = made()
    roster = read(file)
    assert len(children(roster)) == expected.students
    assert [room.name for room in roster.classes] == expected.classrooms
    assert {room.school_year for room in roster.classes} == {"2026-2027"}
    assert len(guardians(roster)) == expected.guardians
    assert sum(len(student.guardians) for student in children(roster)) == expected.guardianships
    assert len(roster.rejected) == expected.rejected
    assert sorted({phone for phone, _ in guardians(roster)}) == expected.phones


def test_a_child_comes_with_all_that_was_written() -> None:
    file, _ = quirky()
    roster = read(file)
    assert children(roster)[1] == StudentLine(
        sheet="Nhà trẻ 1",
        row=7,
        code="2",
        name="Nguyễn Thanh Phúc",
        born_on=date(2024, 1, 26),
        sex="m",
        guardians=(GuardianLine("Võ Thanh Châu", "+84795194349", "mother", ("me2@example.com",)),),
        remark="Dị ứng sữa bò",
        allergy="Dị ứng sữa bò",
    )


def test_a_mother_of_three_is_one_person_with_all_her_addresses() -> None:
    file, _ = quirky()
    people = guardians(read(file))
    assert people["+84795194349", "vo thanh chau"] == GuardianLine(
        "Võ Thanh Châu", "+84795194349", "mother", ("me1@example.com", "me2@example.com")
    )
    assert people["+84915748475", "ly gia chau"].emails == ("me8@example.com", "khac@example.com")


def test_every_line_set_aside_says_where_it_is_and_what_is_wrong() -> None:
    file, _ = quirky()
    assert read(file).rejected == (
        Rejected("Nhà trẻ 1", 11, "Họ tên trẻ còn trống. Cô kiểm tra lại giúp nhé."),
        Rejected("Mầm 1", 6, "Ngày sinh 01/01/2031 nằm trong tương lai. Cô kiểm tra lại giúp nhé."),
        Rejected(
            "Mầm 1",
            7,
            "Số điện thoại mẹ “12345” có 5 chữ số, số di động có 10 chữ số. "
            "Cô kiểm tra lại giúp nhé.",
        ),
    )


def test_what_is_left_out_of_a_line_is_told() -> None:
    file, _ = quirky()
    [told] = read(file).left_out
    assert told == Rejected("Mầm 1", 8, "Chưa ghi cha Trần Văn Tư vì chưa có số điện thoại.")


def test_several_faults_of_one_line_are_told_at_once() -> None:
    line = child("1", "Lê An 2", "31/02/2023", "gì", "Lê A", "024 3822 1234", "B", "1", "x@", None)
    assert refused(*line) == (
        "Họ tên trẻ “Lê An 2” có chữ số. "
        "Ngày sinh “31/02/2023” chưa đúng, cần ghi ngày/tháng/năm. "
        "Giới tính “gì” chưa rõ, cần ghi Nam hoặc Nữ. "
        "Số điện thoại mẹ “1” có 1 chữ số, số di động có 10 chữ số. "
        "Số điện thoại cha “024 3822 1234” không phải số di động nên không nhận được tin nhắn. "
        "Thư điện tử “x@” chưa đúng. "
        "Cô kiểm tra lại giúp nhé."
    )


@pytest.mark.parametrize(
    "written",
    [
        day(2023, 5, 4),
        date(2023, 5, 4),
        "04/05/2023",
        "4/5/2023",
        "4-5-2023",
        "04.05.2023",
        "4/5/23",
        "4 / 5 / 2023",
        " 04/05/2023 ",
        "2023-05-04",
        "2023-05-04 00:00:00",
        "ngày 4 tháng 5 năm 2023",
        45050,
        45050.0,
    ],
    ids=str,
)
def test_a_birth_date_is_read_however_it_is_written(written: object) -> None:
    assert one(*child("1", "Lê An", written)).born_on == date(2023, 5, 4)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (None, "Ngày sinh còn trống."),
        ("#N/A", "Ngày sinh còn trống."),
        ("05/2023", "Ngày sinh “05/2023” chưa đúng, cần ghi ngày/tháng/năm."),
        (2023, "Ngày sinh “2023” chưa đúng, cần ghi ngày/tháng/năm."),
        ("06/14/2023", "Ngày sinh “06/14/2023” chưa đúng, cần ghi ngày/tháng/năm."),
        ("hôm qua", "Ngày sinh “hôm qua” chưa đúng, cần ghi ngày/tháng/năm."),
        (True, "Ngày sinh “x” chưa đúng, cần ghi ngày/tháng/năm."),
        (1e300, "chưa đúng"),
        ("25/11/2026", "Ngày sinh 25/11/2026 nằm trong tương lai."),
        ("01/01/2031", "Ngày sinh 01/01/2031 nằm trong tương lai."),
        ("23/11/2019", "Ngày sinh 23/11/2019 cho thấy trẻ đã hơn 7 tuổi."),
        ("01/01/1990", "Ngày sinh 01/01/1990 trước năm 2000."),
    ],
)
def test_a_birth_date_that_cannot_be_right_is_refused(written: object, reason: str) -> None:
    assert reason in refused(*child("1", "Lê An", written))


@pytest.mark.parametrize("written", ["24/11/2026", "24/11/2019"])
def test_the_youngest_and_the_oldest_child_are_taken(written: str) -> None:
    assert one(*child("1", "Lê An", written)).name == "Lê An"


@pytest.mark.parametrize(
    ("written", "sex"),
    [
        ("Nữ", "f"),
        ("NỮ", "f"),
        ("nu", "f"),
        ("Gái", "f"),
        ("nam", "m"),
        ("Trai", "m"),
        (None, None),
    ],
)
def test_sex_is_read_from_a_word(written: object, sex: str | None) -> None:
    assert one(*child("1", "Lê An", "4/5/2023", written)).sex == sex


def test_where_girls_are_marked_the_others_are_boys() -> None:
    headings = ("Họ và tên", "Ngày sinh", "Nữ")
    marked = plain(("Lê An", "4/5/2023", "x"), ("Lê Tú", "4/6/2023", None), headings=headings)
    assert [student.sex for student in children(read(marked))] == ["f", "m"]
    unmarked = plain(("Lê An", "4/5/2023", None), headings=headings)
    assert [student.sex for student in children(read(unmarked))] == [None]


def test_a_form_with_a_column_for_boys_and_one_for_girls() -> None:
    headings = ("Họ và tên", "Ngày sinh", "Nam", "Nữ")
    assert one("Lê An", "4/5/2023", "x", None, headings=headings).sex == "m"
    assert one("Lê An", "4/5/2023", None, "X", headings=headings).sex == "f"
    assert "cả Nam lẫn Nữ" in refused("Lê An", "4/5/2023", "x", "x", headings=headings)


PARENTS = ("Họ tên cha", "SĐT cha", "Họ tên mẹ", "SĐT mẹ", "Email")
FAMILY = ("Họ và tên", "Ngày sinh", *PARENTS)


@pytest.mark.parametrize(
    ("cells", "owner"),
    [
        (("Lê Tư", "0912345678", "Lý My", "0987654321"), "Lý My"),
        (("Lê Tư", "0912345678", None, None), "Lê Tư"),
        (("Lê Tư", "0912345678", None, "0987654321"), "Mẹ bé An"),
    ],
)
def test_an_address_belongs_to_the_mother_or_else_to_the_father(
    cells: Sequence[str | None], owner: str
) -> None:
    student = one("Lê An", "4/5/2023", *cells, "Nha@Example.com", headings=FAMILY)
    assert {person.name: person.emails for person in student.guardians if person.emails} == {
        owner: ("nha@example.com",)
    }


def test_a_mothers_address_is_not_passed_on_to_the_father() -> None:
    line = ("Lê An", "4/5/2023", "Lê Tư", "0912345678", "Lý My", None, "my@example.com")
    roster = read(plain(line, headings=FAMILY))
    [student] = children(roster)
    assert student.guardians == (GuardianLine("Lê Tư", "+84912345678", "father", ()),)
    assert [told.reason for told in roster.left_out] == [
        "Chưa ghi mẹ Lý My my@example.com vì chưa có số điện thoại."
    ]


def test_a_named_parent_without_a_number_and_nobody_else_sets_the_line_aside() -> None:
    reason = refused("Lê An", "4/5/2023", None, None, "Lý My", "không có", None, headings=FAMILY)
    assert reason.startswith("Có tên mẹ “Lý My” nhưng chưa có số điện thoại.")


def test_a_child_whom_nobody_is_named_for_is_taken() -> None:
    assert one("Lê An", "4/5/2023", None, None, "-", "", None, headings=FAMILY).guardians == ()


def test_a_number_of_the_family_belongs_to_the_one_who_has_none() -> None:
    headings = ("Họ và tên", "Ngày sinh", "Họ tên cha", "Họ tên mẹ", "SĐT phụ huynh")
    both = one("Lê An", "4/5/2023", "Lê Tư", "Lý My", "0912345678", headings=headings)
    assert both.guardians == (GuardianLine("Lý My", "+84912345678", "mother", ()),)
    father = one("Lê An", "4/5/2023", "Lê Tư", None, "0912345678", headings=headings)
    assert father.guardians == (GuardianLine("Lê Tư", "+84912345678", "father", ()),)


def test_a_number_without_a_name_is_named_after_its_owner_elsewhere_or_after_the_child() -> None:
    lines = [
        ("Lê An", "4/5/2023", None, "0912345678"),
        ("Lê Tú", "4/5/2024", None, "0912345678"),
        ("Vũ Ý", "4/5/2022", None, "0987654321"),
        ("Vũ Vy", "4/5/2024", "Lý My", "0987654321"),
    ]
    roster = read(plain(*lines, headings=("Họ và tên", "Ngày sinh", "Họ tên mẹ", "SĐT mẹ")))
    assert [s.guardians[0].name for s in children(roster)] == [
        "Mẹ bé An", "Mẹ bé An", "Lý My", "Lý My",
    ]  # fmt: skip
    assert len(guardians(roster)) == 2


def test_two_parents_may_share_a_number_and_one_person_is_not_two() -> None:
    shared = one("Lê An", "4/5/2023", "Lê Tư", "0912345678", "Lý My", "0912345678", None,
                 headings=FAMILY)  # fmt: skip
    assert [person.name for person in shared.guardians] == ["Lý My", "Lê Tư"]
    twice = one("Lê An", "4/5/2023", "LÝ MY", "0912345678", "Lý My", "0912345678", None,
                headings=FAMILY)  # fmt: skip
    assert [person.relation for person in twice.guardians] == ["mother"]


@pytest.mark.parametrize(
    "bad", ["abc", "a@b", "a@@b.vn", ".a@b.vn", "a..b@c.vn", "mẹ@b.vn", "a b@c"]
)
def test_an_address_that_cannot_be_right_is_refused(bad: str) -> None:
    line = ("Lê An", "4/5/2023", None, None, "Lý My", "0912345678", bad)
    assert "chưa đúng" in refused(*line, headings=FAMILY)


@pytest.mark.parametrize(
    ("remark", "allergy"),
    [
        ("Ông bà đón", ""),
        ("Dị ứng sữa bò", "Dị ứng sữa bò"),
        ("Ông bà đón. Dị ứng sữa bò, tôm. Ngủ muộn", "Dị ứng sữa bò, tôm"),
        ("Tôm, cua: dị ứng nặng; ông bà đón", "Tôm, cua: dị ứng nặng"),
        ("di ung trung\nông bà đón", "di ung trung"),
        ("Dị ứng. Tôm, cua.", "Dị ứng. Tôm, cua."),
        ("Không dị ứng", ""),
        ("Chưa phát hiện dị ứng", ""),
        ("Không uống sữa vì dị ứng", "Không uống sữa vì dị ứng"),
        ("Không dị ứng sữa nhưng dị ứng trứng", "Không dị ứng sữa nhưng dị ứng trứng"),
    ],
)
def test_an_allergy_is_found_in_the_remark_and_the_remark_is_kept(
    remark: str, allergy: str
) -> None:
    student = one("Lê An", "4/5/2023", remark, headings=("Họ và tên", "Ngày sinh", "Ghi chú"))
    assert (student.remark, student.allergy) == (remark, allergy)


@pytest.mark.parametrize(
    ("written", "allergy"),
    [
        ("Sữa bò", "Dị ứng: Sữa bò"),
        ("dị ứng trứng", "dị ứng trứng"),
        ("x", "Dị ứng"),
        ("Không", ""),
        ("không có dị ứng", ""),
        (None, ""),
    ],
)
def test_an_allergy_may_have_a_column_of_its_own(written: object, allergy: str) -> None:
    assert (
        one("An", "4/5/2023", written, headings=("Tên bé", "Ngày sinh", "Dị ứng")).allergy
        == allergy
    )


def test_an_endless_remark_is_refused_and_markup_is_only_text() -> None:
    headings = ("Họ và tên", "Ngày sinh", "Ghi chú")
    assert "dài quá 1000 chữ" in refused("Lê An", "4/5/2023", "x" * 5_000, headings=headings)
    assert one("Lê An", "4/5/2023", "<b>😀</b>", headings=headings).remark == "<b>😀</b>"


def test_a_code_stands_for_one_child() -> None:
    roster = read(book(
        ("Lá 1", [HEADINGS, child("A1", "Lê An")]),
        ("Lá 2", [HEADINGS, child("a1", "Lê Bình"), child(" A1 ", "Lê An")]),
    ))  # fmt: skip
    assert [student.name for student in children(roster)] == ["Lê An"]
    assert [rejected.reason for rejected in roster.rejected] == [
        "Mã a1 đã có ở trang “Lá 1”, dòng 2 (Lê An). Cô kiểm tra lại giúp nhé.",
        "Mã A1 đã có ở trang “Lá 1”, dòng 2 (Lê An). Cô kiểm tra lại giúp nhé.",
    ]


def test_a_code_is_taken_even_while_its_first_line_waits_to_be_mended() -> None:
    roster = read(plain(child("1", "Lê An", None), child("1", "Lê Bình")))
    assert children(roster) == []
    assert "Mã 1 đã có ở trang “Lá 1”, dòng 2 (Lê An)." in roster.rejected[1].reason


def test_a_child_without_a_code_is_not_written_down_twice() -> None:
    roster = read(plain(child(None, "Lê An"), child(None, "LÊ AN"), child("2", "Lê An")))
    assert [student.row for student in children(roster)] == [2, 4]
    assert "đã có ở trang “Lá 1”, dòng 2 (Lê An)." in roster.rejected[0].reason


@pytest.mark.parametrize(
    ("written", "code"), [(107001, "107001"), (107001.0, "107001"), ("A-1/2", "A-1/2")]
)
def test_a_code_is_kept_as_written(written: object, code: str) -> None:
    assert one(*child(written)).code == code


@pytest.mark.parametrize("written", ["<b>", "x" * 51, "1 2"])
def test_a_code_that_is_none_is_refused(written: str) -> None:
    assert "Mã" in refused(*child(written))


def test_the_order_of_a_sheet_is_kept_and_titles_name_what_excel_did_not() -> None:
    roster = read(book(
        ("Sheet1", [("DANH SÁCH TRẺ LỚP MẦM 2 NĂM HỌC 2026-2027",), (), HEADINGS, child("1")]),
        ("Lớp Lá 1", [("DANH SÁCH TRẺ LỚP KHÁC",), HEADINGS, child("2")]),
        ("Trang tính3", [HEADINGS, child("3")]),
    ))  # fmt: skip
    assert [(room.name, room.school_year) for room in roster.classes] == [
        ("Mầm 2", "2026-2027"),
        ("Lá 1", None),
        ("Trang tính3", None),
    ]


def test_a_column_tells_the_class_and_a_merged_cell_tells_it_for_the_lines_below() -> None:
    headings = ("Lớp", "Họ và tên", "Ngày sinh")
    lines = [("Mầm 1", "Lê An", "4/5/2023"), (None, "Lê Tú", "4/5/2023"),
             ("LÁ 1", "Lê Vy", "4/5/2021"), ("mầm 1", "Lê Ý", "4/5/2023")]  # fmt: skip
    roster = read(book(("Toàn trường", [headings, *lines])))
    assert [(room.name, [s.name for s in room.students]) for room in roster.classes] == [
        ("Mầm 1", ["Lê An", "Lê Tú", "Lê Ý"]),
        ("Lá 1", ["Lê Vy"]),
    ]


def test_a_class_name_that_cannot_be_one_sets_the_line_aside() -> None:
    headings = ("Lớp", "Họ và tên", "Ngày sinh")
    assert "Tên lớp" in refused("<b>Lá</b>", "Lê An", "4/5/2023", headings=headings)
    assert "Tên lớp" in refused("Lá " * 40, "Lê An", "4/5/2023", headings=headings)


def test_two_classes_may_stand_under_each_other() -> None:
    lines = [
        ("DANH SÁCH TRẺ LỚP LÁ 1",), HEADINGS, child("1"), ("Tổng cộng: 1",), (),
        ("DANH SÁCH TRẺ LỚP LÁ 2",), HEADINGS, child("2"), HEADINGS, child("3"),
    ]  # fmt: skip
    roster = read(book(("Sheet1", lines)))
    assert [(room.name, len(room.students)) for room in roster.classes] == [
        ("Lá 1", 1),
        ("Lá 2", 2),
    ]


def test_sums_signatures_and_numbered_blanks_are_passed_over() -> None:
    headings = ("STT", "Họ và tên", "Ngày sinh", "SĐT mẹ")
    lines = [
        (1, 2, 3, 4),
        (1, "Tống Thị Hoa", "4/5/2023", "0912345678"),
        (2, "Công Thị Nghĩa", "4/5/2023", None),
        (3, None, None, None),
        (None, "Tổng số: 2 trẻ", None, None),
        (None, "Cộng: 2", None, None),
        ("Sĩ số: 2", None, None, None),
        (None, None, "TP. Hồ Chí Minh, ngày 5 tháng 9 năm 2026", None),
        (None, "Giáo viên chủ nhiệm", None, "HIỆU TRƯỞNG"),
        (None, "(Ký, ghi rõ họ tên)", None, None),
        (None, "Nguyễn Thị Hoa", None, "Lê Thị Mai"),
    ]
    roster = read(plain(*lines, headings=headings))
    assert [student.name for student in children(roster)] == ["Tống Thị Hoa", "Công Thị Nghĩa"]
    assert (roster.rejected, roster.left_out) == ((), ())


def test_a_name_alone_is_a_child_whose_birth_date_is_missing() -> None:
    assert refused("Lê An", None, headings=("Họ và tên", "Ngày sinh")).startswith("Ngày sinh còn")


def test_a_sheet_without_birth_dates_and_one_that_is_no_list_are_told() -> None:
    roster = read(book(
        ("Lá 1", [HEADINGS, child("1")]),
        ("Lá 2", [("Họ và tên", "SĐT mẹ"), ("Lê An", "0912345678")]),
        ("Hướng dẫn", [("Điền đủ các cột",)]),
        ("Trống", []),
    ))  # fmt: skip
    assert [(told.sheet, told.row) for told in roster.rejected] == [("Lá 2", 1)]
    assert [(told.sheet, told.row) for told in roster.left_out] == [("Hướng dẫn", 1)]


def test_a_list_read_twice_is_the_same_list() -> None:
    first, second = quirky()[0], quirky()[0]
    assert read(first) == read(second)


def test_a_file_is_read_by_its_path_too(tmp_path: Path) -> None:
    path = tmp_path / "lớp lá.xlsx"
    title, lines = typical("Lá 1", [child("1", "Lê An")], 1)
    path.write_bytes(book((title, lines)).getvalue())
    [room] = read(path).classes
    assert room == ClassList("Lá 1", "2026-2027", room.students)
    assert [student.row for student in room.students] == [6]
