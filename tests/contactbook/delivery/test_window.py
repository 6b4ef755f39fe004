"""Answers come to the drain in groups; a drain that was busy takes all that have gathered."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

from contactbook.delivery.consequence import Answer
from contactbook.delivery.window import Answers
from contactbook.ports.channel import Accepted


def answer() -> Answer:
    return Answer(uuid4(), date(2026, 11, 1), 1, urgent=False, said=Accepted("x"))


def put(answers: Answers, count: int, settle: float = 0.0) -> list[UUID]:
    async def on_the_loop() -> list[UUID]:
        sent = [answer() for _ in range(count)]
        for one in sent:
            answers.put(one)
        await asyncio.sleep(settle)
        return [one.id for one in sent]

    return asyncio.run(on_the_loop())


def test_both_halves_of_a_window_are_settled_in_one_turn() -> None:
    answers = Answers(most=4)
    sent = put(answers, 8)
    assert [one.id for one in answers.get(1)] == sent
    assert answers.get(0) == []


def test_a_few_answers_do_not_wait_for_a_full_group() -> None:
    answers = Answers(most=4)
    sent = put(answers, 2, settle=0.05)
    assert [one.id for one in answers.get(1)] == sent


def test_patience_ends_with_nothing() -> None:
    assert Answers(most=4).get(0.01) == []
