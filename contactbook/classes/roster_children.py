"""Which child of the book a line of a class list speaks of, and what it says anew about it.

A child is known by its code. A line without one, or a child that had none yet, is known by name and
birth date. What could be one child or another is set aside: to mix two families up is worse than
to ask.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from contactbook.classes.roster_book import Book, Child
from contactbook.people.models import Student
from contactbook.people.names import folded, given_name, sort_key
from contactbook.people.roster_lines import Rejected, StudentLine
from contactbook.words import unaccented

PLEASE = "Cô kiểm tra lại giúp nhé."
WORDS = {
    "code": "thêm mã định danh",
    "full_name": "đổi tên",
    "born_on": "đổi ngày sinh",
    "sex": "đổi giới tính",
    "remark": "đổi ghi chú",
    "allergy": "đổi dị ứng",
}
Likeness = tuple[str, date]


@dataclass
class Recognised:
    """The child of each line that is `known`; the others are new, or `unclear` and say why."""

    known: dict[StudentLine, Child] = field(default_factory=dict)
    unclear: dict[StudentLine, str] = field(default_factory=dict)

    def has(self, line: StudentLine) -> bool:
        return line in self.known or line in self.unclear

    def rejected(self) -> tuple[Rejected, ...]:
        return tuple(
            Rejected(line.sheet, line.row, f"{why} {PLEASE}") for line, why in self.unclear.items()
        )


def recognised(known: Sequence[Child], lines: Sequence[StudentLine]) -> Recognised:
    """By code first; then, among those that are left, by name and birth date."""
    found = Recognised()
    by_code = {folded(child.code): child for child in known if child.code}
    for line in lines:
        child = by_code.pop(folded(line.code), None) if line.code else None
        if child and is_another(child, line):
            found.unclear[line] = (
                f"Mã {line.code} trong sổ là của bé {child.full_name}, "
                f"sinh ngày {child.born_on:%d/%m/%Y}."
            )
        elif child:
            found.known[line] = child
    free = [child for child in known if not child.code or folded(child.code) in by_code]
    by_likeness(found, free, [line for line in lines if not found.has(line)])
    return found


def is_another(child: Child, line: StudentLine) -> bool:
    """Name and birth date both differ: the code went to another child, it is no slip mended."""
    return folded(child.full_name) != folded(line.name) and child.born_on != line.born_on


def by_likeness(found: Recognised, free: list[Child], lines: Sequence[StudentLine]) -> None:
    """A line without a code is the one child like it; a code goes to the one that had none."""
    pools: dict[Likeness, list[Child]] = defaultdict(list)
    for child in free:
        pools[folded(child.full_name), child.born_on].append(child)
    coded = Counter(likeness(line) for line in lines if line.code)
    for line in sorted(lines, key=lambda line: bool(line.code)):  # those without a code first
        pool = pools[likeness(line)]
        bare = [child for child in pool if not child.code]
        candidates = bare if line.code else bare or pool
        if len(candidates) == 1 and not (line.code and coded[likeness(line)] > 1):
            found.known[line] = candidates[0]
            pool.remove(candidates[0])
        elif candidates and not line.code:
            found.unclear[line] = (
                f"Trong sổ có {len(candidates)} bé {line.name}, "
                f"sinh ngày {line.born_on:%d/%m/%Y}, nên cần ghi mã."
            )


def likeness(line: StudentLine) -> Likeness:
    return folded(line.name), line.born_on


def new_child(book: Book, line: StudentLine) -> UUID:
    return book.add(
        Student,
        code=line.code,
        full_name=line.name,
        given_name=given_name(line.name),
        sort_key=sort_key(line.name),
        born_on=line.born_on,
        sex=line.sex,
        remark=line.remark,
        allergy=line.allergy,
    )


def renewed(book: Book, known: Child, line: StudentLine, *, remarks: bool) -> list[str]:
    """Take over what the list says otherwise, and say so.

    A blank says nothing: it takes away no sex, no code and above all no allergy. A blank remark
    counts where the class has `remarks`; where it has none, the list may just lack the column.
    """
    said = {
        "code": known.code or line.code,
        "full_name": spelling(known.full_name, [line.name]),
        "born_on": line.born_on,
        "sex": line.sex or known.sex,
        "remark": line.remark if remarks else known.remark,
        "allergy": line.allergy or known.allergy,
    }
    other = {name: value for name, value in said.items() if getattr(known, name) != value}
    if "full_name" in other:
        other |= {"given_name": given_name(line.name), "sort_key": sort_key(line.name)}
    if other:
        book.change(Student, known.id, **other)
    return [words for name, words in WORDS.items() if name in other]


def spelling(known: str, written: Collection[str]) -> str:
    """What stays, or takes its place: a list typed without accents takes none away."""
    best = accented(written)
    return known if known in written or best == unaccented(known) else best


def accented(written: Collection[str]) -> str:
    """Of several spellings of one name the one with most accents."""
    return max(written, key=lambda name: (sum(not sign.isascii() for sign in name), name))
