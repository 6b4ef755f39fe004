"""The shape we did not choose: one Celery task per message, the message in Redis.

`python bench/one_task_per_message.py [COUNT]` sends COUNT requests to the stub provider through two
worker processes and prints messages a second. No database is involved: it is quicker here than it
would be, and still loses every message Redis loses.
"""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import perf_counter, sleep
from uuid import uuid4

import httpx
from celery import Celery
from redis import Redis

from contactbook import embedded
from contactbook.bench.drain import LATENCY

BROKER, PROVIDER = os.environ.get("BENCH_BROKER", ""), os.environ.get("BENCH_PROVIDER", "")
SENT = "bench:sent"
app = Celery("one_task_per_message", broker=BROKER, set_as_current=False)
app.conf.task_ignore_result = True


@app.task(name="send")
def send(number: int) -> None:
    """One message: one request, on a client that its process keeps."""
    form = {"Phone": f"09{number:08d}", "Content": "hom nay di hoc", "RequestId": uuid4().hex}
    client().post(f"{PROVIDER}/SendMultipleMessage_V4_post_json/", json=form).raise_for_status()
    counter().incr(SENT)


@cache
def client() -> httpx.Client:
    return httpx.Client()


@cache
def counter() -> Redis:
    return Redis.from_url(os.environ["BENCH_COUNTER"])


@contextmanager
def stub() -> Iterator[str]:
    """The provider in a process of its own; its base address."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        number = door.fileno()
        command = [sys.executable, "-m", "contactbook.bench.stub", str(number), str(LATENCY)]
        with subprocess.Popen(command, pass_fds=[number]) as process:
            try:
                yield f"http://127.0.0.1:{door.getsockname()[1]}"
            finally:
                process.kill()


def main(count: int) -> None:
    with (
        tempfile.TemporaryDirectory() as place,
        embedded.redis(Path(place) / "data") as redis,
        stub() as provider,
    ):
        os.environ |= {
            "BENCH_BROKER": redis.celery_url,
            "BENCH_PROVIDER": provider,
            "BENCH_COUNTER": redis.client_url,
        }
        command = [sys.executable, "-m", "celery", "-A", "one_task_per_message", "worker"]
        options = ["--concurrency", "2", "--loglevel", "ERROR"]
        here = Path(__file__).parent
        with subprocess.Popen([*command, *options], cwd=here, stdout=subprocess.DEVNULL) as worker:
            queue = Celery("publisher", broker=redis.celery_url, set_as_current=False)
            began = perf_counter()
            for number in range(count):
                queue.send_task("send", [number])
            while int(counter().get(SENT) or 0) < count:
                sleep(0.05)
            print(f"{count / (perf_counter() - began):.0f} messages/s")
            worker.terminate()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
