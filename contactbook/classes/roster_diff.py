"""What a class list changed, counted by child, and told line by line."""

from dataclasses import dataclass, field

from contactbook.people.roster_lines import Rejected, Roster


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
    rejected: tuple[Rejected, ...]
    lines: tuple[str, ...]  # one Vietnamese sentence a change


@dataclass
class Tally:
    """Kept while the list is gone through."""

    people: set[object] = field(default_factory=set)
    ties: set[object] = field(default_factory=set)
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    lines: list[str] = field(default_factory=list)

    def child(self, room: str, name: str, *, new: bool, changes: list[str]) -> None:
        if new:
            self.added += 1
            self.lines.append(f"{room}: thêm bé {name}.")
        elif changes:
            self.changed += 1
            self.lines.append(f"{room}: bé {name} – {'; '.join(changes)}.")
        else:
            self.unchanged += 1

    def told(self, roster: Roster) -> Difference:
        left_out = [f"{one.sheet}, dòng {one.row}: {one.reason}" for one in roster.left_out]
        return Difference(
            students=self.added + self.changed + self.unchanged,
            guardians=len(self.people),
            guardianships=len(self.ties),
            classrooms=tuple(room.name for room in roster.classes),
            added=self.added,
            changed=self.changed,
            unchanged=self.unchanged,
            rejected=roster.rejected,
            lines=(*self.lines, *left_out),
        )
