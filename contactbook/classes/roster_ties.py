"""Whose parents the people of a class list are, from today: guardianships, which are dated.

What a person decided stays: a right that was taken back is not given again by a list, a new number
brings no more rights than the old one had, and a parent whom the list does not name stays a parent.
"""

from collections.abc import Iterable, Iterator
from uuid import UUID

from contactbook.classes.roster_book import Book, Tie, holds
from contactbook.classes.roster_diff import Tally
from contactbook.classes.roster_families import PARENT, People, called, nameless, news
from contactbook.people.models import Guardianship, Relation
from contactbook.people.names import folded
from contactbook.people.roster_lines import GuardianLine, StudentLine

SHOWN = 3  # digits of a number that a sentence repeats


def tied(
    book: Book, people: People, tally: Tally, student_id: UUID, line: StudentLine
) -> Iterator[str]:
    """Tie a child to everybody its line names, and say what that changes."""
    ties = book.ties[student_id]
    held = {tie.guardian_id: tie for tie in ties if holds(tie, book.on)}
    lost = names(people, (tie for tie in ties if not holds(tie, book.on)))
    wanted = {people.of(guardian): guardian for guardian in line.guardians}
    unnamed = [tie for tie in held.values() if tie.guardian_id not in wanted]
    for person_id, guardian in wanted.items():
        tally.ties.add((student_id, person_id))
        if tie := held.get(person_id):
            yield from related(book, tie, guardian)
            yield from news(people, guardian)
        elif old := predecessor(people, unnamed, guardian):
            unnamed.remove(old)
            succeed(book, old, person_id, guardian)
            yield succession(people, old, guardian)
        elif folded(guardian.name) in lost:
            tally.note(line, f"{called(guardian)} đã thôi nhận tin trong sổ, không thêm lại")
        else:
            begin(book, student_id, person_id, guardian)
            yield f"thêm {called(guardian)}"


def names(people: People, ties: Iterable[Tie]) -> set[str]:
    return {people.persons[tie.guardian_id].name_key for tie in ties}


def begin(book: Book, student_id: UUID, person_id: UUID, guardian: GuardianLine) -> None:
    book.add(
        Guardianship,
        student_id=student_id,
        guardian_id=person_id,
        relation=Relation(guardian.relation),
        valid_from=book.on,
        valid_to=None,
    )


def related(book: Book, tie: Tie, guardian: GuardianLine) -> Iterator[str]:
    if tie.relation != guardian.relation and not nameless(folded(guardian.name)):
        book.change(Guardianship, tie.id, relation=Relation(guardian.relation))
        yield f"{guardian.name} nay là {PARENT[guardian.relation]}"


def predecessor(people: People, unnamed: list[Tie], guardian: GuardianLine) -> Tie | None:
    """The same person under another number; or under this number, the name written anew."""
    for tie in unnamed:
        if people.persons[tie.guardian_id].name_key == folded(guardian.name):
            return tie
    for tie in unnamed:
        phone = people.persons[tie.guardian_id].phone
        if (phone, tie.relation) == (guardian.phone, guardian.relation):
            return tie
    return None


def succeed(book: Book, old: Tie, person_id: UUID, guardian: GuardianLine) -> None:
    """The old tie ends today and the new one takes over its rights; put right if it began today.

    A brother or sister keeps the old one until the list says otherwise on that child's line, too.
    """
    relation = Relation(guardian.relation)
    if old.valid_from >= book.on:
        book.change(Guardianship, old.id, guardian_id=person_id, relation=relation)
        return
    book.change(Guardianship, old.id, valid_to=book.on)
    book.add(
        Guardianship,
        student_id=old.student_id,
        guardian_id=person_id,
        relation=relation,
        valid_from=book.on,
        valid_to=old.valid_to,
        **old.rights,
    )


def succession(people: People, old: Tie, guardian: GuardianLine) -> str:
    before = people.persons[old.guardian_id]
    if before.phone == guardian.phone:
        return f"{PARENT[old.relation]} {before.full_name} nay ghi là {guardian.name}"
    ends = f"số cũ đuôi {before.phone[-SHOWN:]}, số mới đuôi {guardian.phone[-SHOWN:]}"
    return f"đổi số điện thoại của {called(guardian)} ({ends})"
