"""What a class list changes, told to the person who sent it: figures, lines, and what to mend."""

import json
from typing import Any

from rich.console import Console
from rich.table import Table

from contactbook.classes.roster_diff import Difference

LONGEST = 200  # lines of difference that are shown


def as_json(found: Difference) -> str:
    """The figures for other programs."""
    told: dict[str, Any] = {
        "students": found.students,
        "guardians": found.guardians,
        "guardianships": found.guardianships,
        "classrooms": list(found.classrooms),
        "rejected": [
            {"sheet": one.sheet, "row": one.row, "reason": one.reason} for one in found.rejected
        ],
        "added": found.added,
        "changed": found.changed,
        "unchanged": found.unchanged,
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def tell(console: Console, found: Difference, *, dry_run: bool) -> None:
    """The figures for a person, with every line that was set aside."""
    console.print(figures(found))
    for line in list(found.lines)[:LONGEST]:
        console.print(f"  {line}", markup=False)
    if (more := len(found.lines) - LONGEST) > 0:
        console.print(f"  … và {more} dòng nữa")
    if found.rejected:
        console.print(aside(found))
    for warning in found.warnings:  # last: what is above has scrolled away
        console.print(f"Lưu ý: {warning}", style="bold yellow", markup=False)
    console.print("Chạy thử: chưa ghi gì." if dry_run else "Đã ghi.", style="bold")


def figures(found: Difference) -> Table:
    table = Table(title="Danh sách lớp", title_justify="left", box=None, show_header=False)
    for words, figure in (
        ("Nhóm/lớp", ", ".join(found.classrooms)),
        ("Trẻ", found.students),
        ("Phụ huynh", found.guardians),
        ("Quan hệ phụ huynh – trẻ", found.guardianships),
        ("Thêm mới", found.added),
        ("Thay đổi", found.changed),
        ("Giữ nguyên", found.unchanged),
        ("Để riêng, cần sửa", len(found.rejected)),
    ):
        table.add_row(words, str(figure))
    return table


def aside(found: Difference) -> Table:
    table = Table(title="Các dòng để riêng, cô sửa rồi nhập lại", title_justify="left")
    table.add_column("Trang")
    table.add_column("Dòng", justify="right")
    table.add_column("Lý do", overflow="fold")
    for one in found.rejected:
        table.add_row(one.sheet, str(one.row), one.reason)
    return table
