"""`contactbook chat --intent`: one JSON line for each line, whatever the line holds."""

import json
import subprocess
import sys
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from contactbook.conversation.models import ChatMessage
from contactbook.db import Sessions, transaction
from contactbook.machine import terminal
from contactbook.ports.channel import Channel
from contactbook.settings import Settings
from tests.builders import class_of, family


def chat(texts: bytes, *options: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "contactbook.cli", "chat", "--intent", *options],
        input=texts, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_each_line_is_answered_with_its_intent_and_slots() -> None:
    lines = "mai cho bé Bi nghỉ vì sốt nha cô\nNGUNG\nem gửi thuốc ho, cô cho bé uống 5ml giúp em\n"
    absence, stop, medicine = chat(lines.encode(), "--today", "2026-11-24")
    assert absence == {
        "intent": "absence", "dates": ["2026-11-25"], "child": "Bi", "reason": "sốt",
        "confident": True,
    }  # fmt: skip
    assert stop == {"intent": "stop", "confident": True}
    assert (medicine["intent"], medicine["drug"], medicine["dose"]) == (
        "medicine", "thuốc ho", "5ml",
    )  # fmt: skip


def test_an_empty_line_and_broken_bytes_go_to_a_person() -> None:
    answers = chat(b"\n\xff\xfe\x80\nh\xc3\xb4m nay\n")
    assert [answer["intent"] for answer in answers] == ["human", "human", "today"]


def test_no_line_gives_no_line() -> None:
    assert chat(b"") == []


def test_a_book_without_parents_says_where_to_look(data_dir: Path) -> None:
    """Whoever forgot --data-dir has a book that is empty."""
    done = subprocess.run(
        [sys.executable, "-m", "contactbook.cli", "chat", "--data-dir", str(data_dir / "empty")],
        input=b"", capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"--data-dir" in done.stderr


def test_a_parent_is_chosen_and_talked_with(database_url: str, committed: Sessions) -> None:
    with transaction(committed) as session:
        family(session, class_of(session), Channel.TELEGRAM)
    told: list[str] = []
    lines = iter(["1", "hôm nay bé sao rồi", "mai bé nghỉ vì ho", "1"])

    def ask(_prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    known = Settings(
        secret_key=SecretStr("a secret for tests, long enough."), database_url=database_url
    )
    terminal.talk(known, ask, told.append)
    said = "\n".join(told)
    assert "Trần Thị Mai: bé An" in said
    assert "chưa có tin về bé An" in said
    assert "[1] Đúng rồi" in said
    assert "Trường đã nhận tin: bé An nghỉ" in said
    with transaction(committed) as session:
        waiting = session.scalars(select(ChatMessage).where(ChatMessage.status == "queued")).all()
    assert waiting == []  # no worker sends what was shown here
