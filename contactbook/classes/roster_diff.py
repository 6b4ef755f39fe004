"""What a class list changed, counted by child, and told line by line."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from contactbook.people.roster_lines import Rejected, Roster, StudentLine


@dataclass(frozen=True)
class Difference:
    """The first four say what the list holds, the next three what became of its children."""

    students: int
    guardians: int
    guardianships: int
    classrooms: tuple[str, ...]
    added: int
    changed: int
    unchanged: int
    rejected: tuple[Rejected, ...]  # by the reader, or because the book could not tell the child
    lines: tuple[str, ...]  # one Vietnamese sentence a change, then what was left out
    warnings: tuple[str, ...] = ()  # done, but it may be a slip: a new school, a class of strangers


@dataclass
class Tally:
    """Kept while the list is gone through."""

    ties: set[tuple[UUID, UUID]] = field(default_factory=set)
    classrooms: list[str] = field(default_factory=list)
    added: list[UUID] = field(default_factory=list)
    changed: list[UUID] = field(default_factory=list)
    unchanged: int = 0
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def new(self, room: str, name: str, key: UUID) -> None:
        self.added.append(key)
        self.lines.append(f"{room}: thêm bé {name}.")

    def known(self, room: str, name: str, key: UUID, changes: Iterable[str]) -> None:
        told = [f"{room}: bé {name} – {change}." for change in changes]
        self.lines += told
        if told:
            self.changed.append(key)
        else:
            self.unchanged += 1

    def note(self, line: StudentLine, words: str) -> None:
        """What the list says and the book does not take over."""
        self.notes.append(f"{line.sheet}, dòng {line.row}: bé {line.name} – {words}.")

    def told(self, roster: Roster, unclear: Iterable[Rejected]) -> Difference:
        left_out = [f"{one.sheet}, dòng {one.row}: {one.reason}" for one in roster.left_out]
        return Difference(
            students=len(self.added) + len(self.changed) + self.unchanged,
            guardians=len({person for _child, person in self.ties}),
            guardianships=len(self.ties),
            classrooms=tuple(self.classrooms),
            added=len(self.added),
            changed=len(self.changed),
            unchanged=self.unchanged,
            rejected=(*roster.rejected, *unclear),
            lines=(*self.lines, *self.notes, *left_out),
            warnings=tuple(self.warnings),
        )
