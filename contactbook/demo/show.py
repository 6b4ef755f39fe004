"""`contactbook demo`: the city stands, its addresses and sign-ins are printed, until Ctrl-C."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contactbook.classes.models import Classroom
from contactbook.clock import now
from contactbook.db import transaction
from contactbook.demo.plan import OFFICES, PASSWORD, SCHOOLS
from contactbook.demo.stage import Stage, stage, undo_time
from contactbook.embedded import default_data_dir
from contactbook.machine import logs
from contactbook.machine.interrupts import Interrupts
from contactbook.people.family_access import family_link
from contactbook.people.models import (
    ContactPoint,
    Guardianship,
    OrgUnit,
    Relation,
    School,
    Student,
)
from contactbook.people.staff import Duty, Staff, StaffRole
from contactbook.ports.channel import Channel

UNDO = "PT15S"
DUTIES = {
    Duty.TEACHER: "Giáo viên", Duty.PRINCIPAL: "Hiệu trưởng", Duty.ACCOUNTANT: "Kế toán",
    Duty.OFFICER: "Cán bộ",
}  # fmt: skip
WHO = ("la1", "mam1", "hieutruong", "ketoan")  # of each school


def run(interrupts: Interrupts, *, port: int | None, data_dir: Path | None) -> None:
    """Show the city until somebody interrupts."""
    logs.configure()
    place = data_dir or default_data_dir() / "demo"
    console = Console(highlight=False)
    console.print("Starting PostgreSQL, Redis, the book and its city …", style="dim")
    with stage(interrupts, place, port, undo_time(UNDO)) as standing:
        tell(console, standing)
        standing.tree.run()


def tell(console: Console, standing: Stage) -> None:
    with transaction(standing.sessions) as session:
        children = session.scalar(select(func.count()).select_from(Student))
        table = sign_ins(session)
        family = a_familys_page(session, standing.web)
    console.print()
    console.print(f"  Teachers' pages      [bold link={standing.web}]{standing.web}/[/]")
    console.print(f"  The parents' phones  [bold link={standing.phones}]{standing.phones}/[/]")
    console.print(f"  A mother's own page  [bold link={family}]{family}[/]")
    console.print(f"  Password of all      [bold]{PASSWORD}[/]")
    console.print()
    console.print(table)
    others = ", ".join(f"[bold]choi1.{plan.word}[/]" for plan in SCHOOLS)
    console.print(f"  Every class has such a sign-in: {others} …")
    console.print()
    for sentence in (
        f"{children} children in {len(SCHOOLS)} schools; nothing leaves this machine.",
        "A message leaves when the undo time is over. There are no quiet hours in the demo,",
        "so that it works at night as well.",
        f"Data and logs: {standing.data_dir}   Ctrl-C ends it all.",
    ):
        console.print(f"  {sentence}", style="dim", soft_wrap=True)


def a_familys_page(session: Session, home: str) -> str:
    """The link of one parent whose phone is shown: a code that her page asks for arrives there."""
    mother = session.scalars(
        select(ContactPoint.guardian_id)
        .join(Guardianship, Guardianship.guardian_id == ContactPoint.guardian_id)
        .where(
            ContactPoint.channel == Channel.ZALO,
            ContactPoint.verified_at.is_not(None),
            Guardianship.reads,
            Guardianship.restricted.is_(False),
            Guardianship.relation == Relation.MOTHER,
        )
        .order_by(ContactPoint.id)
        .limit(1)
    ).one()
    return family_link(session, mother, home=home, now=now())


def sign_ins(session: Session) -> Table:
    """Somebody of every kind; who teaches the other classes is found by the pattern."""
    table = Table(box=None, padding=(0, 1))
    for column in ("Tên đăng nhập", "Họ tên", "Vai trò", "Nơi làm việc"):
        table.add_column(column, no_wrap=True)
    where = func.coalesce(Classroom.name + ", " + School.name, School.name, OrgUnit.name)
    found = session.execute(
        select(Staff.username, Staff.full_name, StaffRole.duty, where)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .outerjoin(Classroom, Classroom.id == StaffRole.classroom_id)
        .outerjoin(School, School.id == Staff.school_id)
        .outerjoin(OrgUnit, OrgUnit.id == StaffRole.unit_id)
    )
    rows = {username: (name, duty, place) for username, name, duty, place in found}
    for username in shown():
        if username in rows:
            name, duty, place = rows[username]
            table.add_row(f"[bold]{username}[/]", name, DUTIES[duty], short(place))
    return table


def short(place: str) -> str:
    """So that a line fits into a terminal."""
    for long in ("Trường Mầm non ", "Phòng Văn hóa – Xã hội, ", " Thành phố Hồ Chí Minh"):
        place = place.replace(long, "")
    return place


def shown() -> list[str]:
    words = [plan.word for plan in SCHOOLS]
    schools = [f"{who}.{word}" for word in words for who in WHO]
    return [*schools, "canbo.so", *(f"canbo.{code.rpartition('-')[2].lower()}" for code in OFFICES)]
