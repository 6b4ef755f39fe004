"""Ctrl-C and SIGTERM: the first one interrupts what runs, a later one only hurries the leaving."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Once leaving has begun no signal breaks it off half way."""

    def __init__(self) -> None:
        self.told = False  # somebody asked us to end
        self.hurry = False  # and asked again
        self._leaving = 0

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        first, self.hurry = not self.told, self.told
        self.told = True
        if first and not self._leaving:
            raise KeyboardInterrupt

    @contextmanager
    def leaving(self) -> Iterator[None]:
        self._leaving += 1
        try:
            yield
        finally:
            self._leaving -= 1


def shielded(number: signal.Signals) -> bool:
    """Whether we were started by nohup. Background jobs ignore SIGINT, too; we do not."""
    return number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN


@contextmanager
def interrupts() -> Iterator[Interrupts]:
    """Take the signals for the length of the block; the old handlers are put back."""
    taken = Interrupts()
    before = {number: signal.signal(number, taken) for number in NUMBERS if not shielded(number)}
    try:
        yield taken
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
