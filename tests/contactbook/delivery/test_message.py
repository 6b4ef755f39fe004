"""A message is put together from the parts that one guardian agreed to hear."""

from hypothesis import given
from hypothesis import strategies as st

from contactbook.delivery.message import Part, Words, compose, lines, words_of
from contactbook.ports.channel import Channel

CAME, ATE, LEARNED = Part(1, "đến lớp", clause=True), Part(2, "ăn hết", clause=True), Part(4, "Vẽ.")
parts = st.builds(
    Part, purpose=st.sampled_from([1, 2, 4, 8]), text=st.text(min_size=1), clause=st.booleans()
)
words = st.builds(
    Words,
    channel=st.sampled_from(Channel),
    head=st.text(),
    parts=st.lists(parts).map(tuple),
    foot=st.text(),
    lead=st.text(),
    subject=st.text(),
)


def of(channel: Channel) -> Words:
    return Words(channel, "Bé An", (CAME, LEARNED, ATE), "— Hoa Mai", lead="Hôm nay bé ")


def test_facts_that_are_clauses_become_one_sentence() -> None:
    assert lines(of(Channel.ZALO), 7) == ["Hôm nay bé đến lớp, ăn hết.", "Vẽ."]


def test_a_correction_that_comes_first_is_said_first() -> None:
    one = Words(Channel.ZALO, "", (Part(1, "Xin đính chính."), ATE), "", lead="Hôm nay bé ")
    assert lines(one, 3) == ["Xin đính chính.", "Hôm nay bé ăn hết."]


def test_what_she_did_not_agree_to_is_left_out_and_the_sentence_stays_whole() -> None:
    assert lines(of(Channel.ZALO), 2) == ["Hôm nay bé ăn hết."]
    assert lines(of(Channel.ZALO), 4) == ["Vẽ."]
    assert lines(of(Channel.ZALO), 8) == []


def test_a_chat_has_room_and_an_sms_has_one_line() -> None:
    assert compose(of(Channel.ZALO), 1) == "Bé An\nHôm nay bé đến lớp.\n— Hoa Mai"
    assert compose(of(Channel.SMS), 1) == "Bé An Hôm nay bé đến lớp. — Hoa Mai"


@given(words)
def test_words_survive_their_row(one: Words) -> None:
    assert words_of(one.as_row()) == one


@given(words, st.integers(0, 15))
def test_only_what_is_allowed_is_said_and_all_of_it(one: Words, allowed: int) -> None:
    said = compose(one, allowed)
    assert all(part.text in said for part in one.parts if part.purpose & allowed)
    frame = Words(one.channel, one.head, (), one.foot, one.lead)
    if not allowed & one.purposes:
        assert said == compose(frame, 0)
