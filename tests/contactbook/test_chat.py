"""`contactbook chat --intent`: one JSON line for each line, whatever the line holds."""

import json
import subprocess
import sys


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


def test_without_intent_it_says_what_is_missing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "contactbook.cli", "chat"], capture_output=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"--intent" in done.stderr
