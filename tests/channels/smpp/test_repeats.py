"""What a person wrote once, and the SMSC tells twice."""

import pytest

from channels.smpp.repeats import MEMORY, Repeats, StillWriting


def told(repeats: Repeats, session: str, now: float = 0) -> bool:
    with repeats.first(session, b"Be An om", now) as new:
        return new


def test_the_same_words_on_one_connection_were_written_twice() -> None:
    repeats = Repeats()
    assert [told(repeats, "one"), told(repeats, "one")] == [True, True]


def test_the_same_words_on_the_next_connection_are_a_repeat_for_a_while() -> None:
    repeats = Repeats()
    assert told(repeats, "one")
    assert not told(repeats, "two", MEMORY - 1)
    assert told(repeats, "two", MEMORY)
    assert told(repeats, "three", 3 * MEMORY)


def test_nobody_can_say_while_the_first_are_being_written() -> None:
    repeats = Repeats()
    with repeats.first("one", b"Be An om", 0), pytest.raises(StillWriting):
        told(repeats, "one")


def test_what_could_not_be_kept_is_new_again() -> None:
    repeats = Repeats()
    with pytest.raises(OSError, match="full"), repeats.first("one", b"Be An om", 0):
        raise OSError("full")
    assert told(repeats, "two")
