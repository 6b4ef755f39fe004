"""Leave and medicine, as the school keeps them; what it cannot take, a person reads."""

from collections.abc import Callable

from contactbook.conversation import sayings
from contactbook.conversation.keeping import Call, conversation, keep
from contactbook.conversation.known import Child, Speaker
from contactbook.conversation.models import ChatMessage, Desk
from contactbook.conversation.moments import spans, times_of
from contactbook.conversation.said import AskMedicine, NoteAbsence, Reply
from contactbook.errors import ContactbookError
from contactbook.requests import absences, medicine


def request(
    call: Call, wanted: NoteAbsence | AskMedicine, who: Speaker, message: ChatMessage
) -> Reply | None:
    """Keep it for each run of days, all or none; a reply only when it could not be kept."""
    child = who.child(wanted.student_id)
    if child is None:
        return None
    words, write = of(call, child, wanted, message)
    keep(call, message, conversation(call, child), words, child, files=files_of(wanted))
    try:
        with call.session.begin_nested():
            write()
    except ContactbookError as why:
        message.desk = Desk.CLASS
        return sayings.not_taken(child, str(why))
    return None


def of(
    call: Call, child: Child, wanted: NoteAbsence | AskMedicine, message: ChatMessage
) -> tuple[str, Callable[[], None]]:
    """How it reads in the thread, and what writes it."""
    if isinstance(wanted, NoteAbsence):
        return sayings.absence_note(child, wanted), lambda: absence(call, child, wanted)
    return sayings.medicine_note(child, wanted), lambda: slip(call, child, wanted, message)


def absence(call: Call, child: Child, wanted: NoteAbsence) -> None:
    for since, until in spans(wanted.days):
        absences.note(
            call.session, school_id=child.school_id, student_id=child.id,
            guardian_id=child.guardian_id, since=since, until=until, reason=wanted.reason,
            channel=call.channel.value, now=call.now,
        )  # fmt: skip


def slip(call: Call, child: Child, wanted: AskMedicine, message: ChatMessage) -> None:
    """A picture of it stays with the message: `picture` names that."""
    for since, until in spans(wanted.days):
        medicine.ask(
            call.session, school_id=child.school_id, student_id=child.id,
            guardian_id=child.guardian_id, drug=wanted.drug, dose=wanted.dose,
            times=times_of(wanted.times), since=since, until=until, channel=call.channel.value,
            now=call.now, note=wanted.times,
            picture=f"chat:{message.id}" if wanted.pictures else "",
        )  # fmt: skip


def files_of(wanted: NoteAbsence | AskMedicine) -> list[dict[str, str]]:
    return [dict(one) for one in wanted.pictures] if isinstance(wanted, AskMedicine) else []
