"""A supervisor with two small children, for tests that kill it: prints their pids, then watches.

python -m tests.contactbook.supervisor [mortal]      mortal: the first child dies at once
"""

import os
import sys
import time
from pathlib import Path

from contactbook.machine import logs
from contactbook.machine.interrupts import interrupts
from contactbook.machine.tree import Tree, tree

CHILD = """
import sys, time
from contactbook.machine import lifeline
lifeline.hold()
print("up", flush=True)
time.sleep({seconds})
"""


def pids(standing: Tree) -> list[int]:
    return [child.process.pid for child in standing.children if child.process]


def show(numbers: list[int]) -> None:
    sys.stdout.write(" ".join(map(str, numbers)) + "\n")
    sys.stdout.flush()


def main(first: float, place: Path) -> None:
    logs.configure()
    with interrupts() as taken:
        try:
            with tree(taken, logs=place, watch=lambda: None) as standing:
                for name, seconds in (("first", first), ("second", 1000.0)):
                    argv = [sys.executable, "-c", CHILD.format(seconds=seconds)]
                    standing.start(name, argv, dict(os.environ))
                shown: list[int] = []
                while True:
                    if len(now := pids(standing)) > 1 and now != shown:
                        show(shown := now)
                    standing.look()
                    time.sleep(0.05)
        except KeyboardInterrupt:
            sys.stdout.write("left\n")


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]))
