"""The operator's commands. Thin: what a command does is somewhere else, and imported when it runs.

demo, simulate   a small city; the providers   serve, worker, bench   pages; messages; how fast
migrate, create-user, import-roster            what the database holds
telegram-poll, telegram-webhook, chat, sms-preview   talk with parents; what a text costs
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contactbook.chat import chat
from contactbook.machine import lifeline
from contactbook.sms_preview import sms_preview

if TYPE_CHECKING:
    from contactbook.machine.interrupts import Interrupts

FAILED, REFUSED = 1, 2
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        envvar="CONTACTBOOK_DATA_DIR",
        help="Where the embedded servers keep their data.",
        show_default=False,
    ),
]
Port = Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")]
School = Annotated[str, typer.Option("--school", metavar="CODE", help="The school's code.")]

app = typer.Typer(
    name="contactbook",
    help="The electronic contact book of a preschool.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(chat)
app.command("sms-preview")(sms_preview)


def main() -> None:
    """Run a command; a child of a supervisor ends with it."""
    lifeline.hold()
    app()


@contextmanager
def said_plainly() -> Iterator["Interrupts"]:
    """Signals end the block in good order, and what an operator can mend is one sentence."""
    from contactbook.embedded import EmbeddedError
    from contactbook.errors import ContactbookError
    from contactbook.machine.errors import Refused
    from contactbook.machine.interrupts import interrupts

    with interrupts() as taken:
        try:
            yield taken
        except KeyboardInterrupt:
            raise typer.Exit from None
        except (EmbeddedError, Refused, ContactbookError) as why:
            typer.echo(f"contactbook: {why}", err=True)
            raise typer.Exit(REFUSED) from None


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to the newest step, and make room for the coming months."""
    from contactbook.machine.addresses import shown, standing
    from contactbook.machine.secret import settings

    with said_plainly(), standing(settings(data_dir), queue=False) as at:
        typer.echo(f"The tables in {shown(at.database_url)} are up to date.")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
    *,
    all_in_one: Annotated[
        bool, typer.Option("--all-in-one", help="Worker and timetable as well.")
    ] = False,
    data_dir: DataDir = None,
    descriptor: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Answer browsers and providers, until Ctrl-C or SIGTERM."""
    from contactbook.machine import household, logs, processes
    from contactbook.machine.addresses import standing
    from contactbook.machine.secret import settings

    logs.configure()
    with said_plainly() as taken:
        listening = (
            processes.listen(host, port) if descriptor is None else processes.inherited(descriptor)
        )
        with listening, standing(known := settings(data_dir)) as at:
            if not all_in_one:
                processes.serve(known, at, listening)
                return
            with household.household(taken, known, at, logs=None) as tree:
                household.settle(tree, at, listening)
                tree.run()


@app.command()
def worker(
    channels: Annotated[
        str, typer.Option(help="Only these, with commas between: zalo,sms. Else all.")
    ] = "",
    *,
    beat: Annotated[bool, typer.Option("--beat", help="Only send the timetable.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Send messages, until SIGTERM: what is on its way is heard, nothing more is begun."""
    from contactbook.machine import logs, processes
    from contactbook.machine.addresses import standing
    from contactbook.machine.secret import settings

    logs.configure()
    with said_plainly(), standing(known := settings(data_dir)) as at:
        if beat:
            processes.keep_time(known, at)
        else:
            processes.work(known, at, processes.channels_named(channels))


@app.command()
def simulate(
    http_port: Port = 0,
    smtp_port: Port = 0,
    smpp_port: Port = 0,
    callback_url: Annotated[str, typer.Option(help="Where webhooks go.")] = "http://127.0.0.1:8000",
) -> None:
    """Play the providers on loopback, with the parents' phones to look at, until Ctrl-C."""
    from contactbook.demo.providers import play

    with said_plainly():
        play(http_port, smtp_port, callback_url, smpp_port)


@app.command()
def demo(
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="0 takes a free one; else 8000 is tried.")
    ] = None,
    data_dir: DataDir = None,
    *,
    check: Annotated[
        bool,
        typer.Option("--check", help="Without a person: publish, wait until all has arrived, end."),
    ] = False,
) -> None:
    """A small city on this machine: teachers' pages, and the parents' phones to look at."""
    from contactbook.demo import check as checking
    from contactbook.demo import show

    with said_plainly() as taken:
        if check:
            raise typer.Exit(0 if checking.run(taken) else FAILED)
        show.run(taken, port=port, data_dir=data_dir)


@app.command("create-user")
def create_user(  # noqa: PLR0913 a person is described by these
    username: Annotated[str, typer.Option(help="What she types to sign in.")],
    name: Annotated[str, typer.Option(help="Her full name, as families read it.")],
    duty: Annotated[str, typer.Option(help="teacher, principal, accountant or officer.")],
    school: Annotated[str, typer.Option(metavar="CODE", help="The school she works at.")] = "",
    classroom: Annotated[str, typer.Option("--class", metavar="NAME", help="A teacher's.")] = "",
    unit: Annotated[str, typer.Option(metavar="CODE", help="An officer's office.")] = "",
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Let somebody sign in; her password is asked for twice."""
    from contactbook.classes.appointing import Appointment, appoint
    from contactbook.clock import now
    from contactbook.db import transaction
    from contactbook.machine.addresses import book, standing
    from contactbook.machine.secret import given_password, settings

    wanted = Appointment(
        username=username, name=name, duty=duty, school=school, classroom=classroom, unit=unit
    )
    with said_plainly():
        wanted.check()
        password = (
            given_password(sys.stdin.buffer)
            if password_stdin
            else str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
        )
        with (
            standing(settings(data_dir), queue=False) as at,
            book(at) as opened,
            transaction(opened) as session,
        ):
            staff = appoint(session, wanted, password, now=now())
        typer.echo(f"{staff.full_name} signs in as {staff.username}.")


@app.command("import-roster")
def import_roster(
    file: Annotated[Path, typer.Argument(help="The class list, an .xlsx file.")],
    school: School,
    school_name: Annotated[
        str | None, typer.Option(metavar="NAME", help="For a school that is new.")
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; change nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Take a school's class list: new children and families come in unverified, without consent."""
    from rich.console import Console

    from contactbook.classes import roster_report
    from contactbook.classes.roster import merge
    from contactbook.clock import now, school_day
    from contactbook.db import transaction
    from contactbook.machine.addresses import book, standing
    from contactbook.machine.errors import Refused
    from contactbook.machine.secret import settings
    from contactbook.people.roster_file import UnreadableFile, read_roster

    with said_plainly():
        today = school_day(now())
        try:
            roster = read_roster(file, today=today)
        except UnreadableFile as why:
            raise Refused(f"{file}: {why}") from why
        with (
            standing(settings(data_dir), queue=False) as at,
            book(at) as opened,
            transaction(opened) as session,
        ):
            found = merge(
                session, school_code=school, roster=roster, on=today, now=now(),
                school_name=school_name,
            )  # fmt: skip
            if dry_run:
                session.rollback()
        if as_json:
            typer.echo(roster_report.as_json(found))
            for warning in found.warnings:
                typer.echo(f"contactbook: {warning}", err=True)
        else:
            roster_report.tell(Console(highlight=False), found, dry_run=dry_run)


@app.command("telegram-poll")
def telegram_poll(data_dir: DataDir = None) -> None:
    """Fetch what parents write to the Telegram bot, where no webhook reaches us, until Ctrl-C."""
    from contactbook.machine import logs, secret, telegram

    logs.configure()
    with said_plainly():
        telegram.listen(secret.settings(data_dir), typer.echo)


@app.command("telegram-webhook")
def telegram_webhook(
    deed: Annotated[str, typer.Argument(help="show, set or delete.")] = "show",
    data_dir: DataDir = None,
) -> None:
    """Where Telegram sends what parents write: look, set it to CHANNELS_CALLBACK_URL, or delete."""
    from contactbook.machine import secret, telegram

    with said_plainly():
        telegram.webhook(secret.settings(data_dir), deed, typer.echo)


@app.command()
def bench(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """How fast messages leave, beside what the machine could do at best."""
    from contactbook.bench.run import run

    with said_plainly():
        raise typer.Exit(run(as_json=as_json))


if __name__ == "__main__":
    main()
