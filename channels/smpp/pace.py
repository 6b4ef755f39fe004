"""How fast we may send, as the SMSC's refusals teach us. Pure: the clock is an argument.

Told "too many" once, everything waits a moment, and then keeps a gap that shrinks with success.
"""

PAUSE = 1.0  # seconds: limits are counted per second
LEAST, MOST = 0.01, 0.5  # seconds between two messages, once there is a gap at all
RELIEF = 0.9  # what a success makes of the gap: half of it is gone after seven


class Pace:
    def __init__(self, pause: float = PAUSE) -> None:
        self.pause, self.gap, self._free_at, self._slowed_at = pause, 0.0, 0.0, 0.0

    def wait(self, now: float) -> float:
        """Seconds until something may leave."""
        return max(0.0, self._free_at - now)

    def leave(self, now: float) -> None:
        """Something leaves now: the next one keeps its distance."""
        self._free_at = max(self._free_at, now) + self.gap

    def refused(self, left_at: float, now: float) -> float:
        """What left at `left_at` was too much; how many seconds it should wait.

        A whole window may be refused at once. It slows us down once.
        """
        if left_at >= self._slowed_at:
            self.gap = min(max(LEAST, 2 * self.gap), MOST)
            self._slowed_at = now
            self._free_at = max(self._free_at, now + self.pause)
        return self.wait(now)

    def took(self) -> None:
        self.gap = 0.0 if self.gap < LEAST / 10 else self.gap * RELIEF
