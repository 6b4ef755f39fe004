"""The life of a delivery: there is no way back."""

from hypothesis import given
from hypothesis import strategies as st

from contactbook.delivery.status import ARRIVED, NEXT, Status, may_become

LEFT = [Status.SENDING, Status.SENT, Status.UNKNOWN, Status.DELIVERED, Status.READ, Status.FAILED]
PROGRESS = {Status.DELIVERED: 1, Status.READ: 2}


def test_every_status_has_a_future_even_if_it_is_none() -> None:
    assert set(NEXT) == set(Status)


def test_what_a_parent_has_read_stays_read() -> None:
    assert NEXT[Status.READ] == frozenset()


def test_who_was_not_told_stays_so() -> None:
    assert NEXT[Status.SKIPPED] == NEXT[Status.RECALLED] == frozenset()


def test_nothing_can_be_taken_back_once_it_leaves() -> None:
    assert all(Status.RECALLED not in NEXT[left] for left in LEFT)


def test_a_delivered_message_is_never_sent_again() -> None:
    reached, todo = set[Status](), [Status.DELIVERED]
    while todo:
        for after in NEXT[todo.pop()] - reached:
            reached.add(after)
            todo.append(after)
    assert reached == {Status.READ}


def test_a_failure_is_believed_only_of_what_had_left() -> None:
    assert set(may_become(Status.FAILED)) == {Status.SENDING, Status.SENT, Status.UNKNOWN}


heard = st.sampled_from([Status.DELIVERED, Status.READ, Status.FAILED])


@given(start=st.sampled_from(LEFT), receipts=st.lists(heard, max_size=12))
def test_no_sequence_of_receipts_moves_a_message_backward(
    start: Status, receipts: list[Status]
) -> None:
    status = start
    for receipt in receipts:
        before, status = status, receipt if status in may_become(receipt) else status
        assert PROGRESS.get(status, 0) >= PROGRESS.get(before, 0)
        assert status in {before, *NEXT[before]}
    if ARRIVED & {start, *receipts}:
        assert status in ARRIVED
