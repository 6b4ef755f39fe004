"""All simulators in one process: HTTP on one loopback port, SMTP and SMPP on others."""

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import cast

import uvicorn
import uvloop

from channels.simulator import door, fpt, mail, phone, sms, smsc, speedsms, wire, zalo
from channels.simulator.config import Config
from channels.simulator.courier import Courier
from channels.simulator.faults import Faults
from channels.simulator.state import Book, Message, Phone
from channels.simulator.telegram import Telegram
from channels.simulator.voices import Voices

__all__ = ["Config", "Simulator", "run", "running"]

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
BACKLOG = 1_024
START_WITHIN = 15.0  # seconds


class Simulator:
    """The providers and the parents' phones; lives on the loop that starts it."""

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        if self.config.host not in LOOPBACK:
            raise ValueError("a simulator listens on the loopback interface only")
        self.book = Book(self.config.clock, self.config.kept, self.config.kept_bytes)
        self.faults = Faults()
        self.http_url = self.smtp_url = self.smpp_url = ""

    @property
    def messages(self) -> list[Message]:
        """What arrived, oldest first; mails opened."""
        return [mail.opened(message) for message in tuple(self.book.messages)]

    @property
    def phones(self) -> dict[tuple[str, str], Phone]:
        return self.book.phones

    async def start(self) -> None:
        """Listen; returns when all ports answer."""
        ports = self.config.http_port, self.config.smtp_port, self.config.smpp_port
        sockets: list[socket.socket] = []
        try:
            for port in ports:
                sockets.append(_bound(self.config.host, port))  # noqa: PERF401 those before it are closed
            await self._start(*sockets)
        except BaseException:
            for one in sockets:
                one.close()
            raise

    async def _start(self, http: socket.socket, smtp: socket.socket, smpp: socket.socket) -> None:
        self._assemble()
        await self.courier.start()
        letterbox = mail.Mail(self.config, self.book, self.faults, self.courier)
        loop = asyncio.get_running_loop()
        self._smtp = await loop.create_server(lambda: mail.server(letterbox), sock=smtp)
        self._smpp = await asyncio.start_server(self.smsc.talk, sock=smpp)
        settings = uvicorn.Config(
            self._answer,
            http=wire.Connection,
            ws="none",
            interface="asgi3",
            proxy_headers=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            log_level="critical",
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=75,
        )
        self._http = _Quiet(settings)
        self._serving = asyncio.create_task(self._http.serve(sockets=[http]))
        while not self._http.started and not self._serving.done():  # noqa: ASYNC110 uvicorn has no event for it
            await asyncio.sleep(0.01)
        self.http_url = f"http://{self.config.host}:{http.getsockname()[1]}"
        self.zalo.base = self.http_url
        self.smtp_url = f"smtp://{self.config.host}:{smtp.getsockname()[1]}"
        who = f"{self.config.smpp_system_id}:{self.config.smpp_password}"
        self.smpp_url = f"smpp://{who}@{self.config.host}:{smpp.getsockname()[1]}"

    def _assemble(self) -> None:
        self.courier = Courier(self.config.receipts_per_second)
        parts = self.config, self.book, self.faults, self.courier
        self.sms, self.zalo, self.telegram = sms.Esms(*parts), zalo.Zalo(*parts), Telegram(*parts)
        self.speedsms, self.fpt = speedsms.SpeedSms(*parts), fpt.Fpt(*parts)
        self.smsc = smsc.Smsc(*parts)
        voices = Voices(self.book, self.zalo, self.telegram, self.speedsms, self.smsc)
        self._door = door.Door(self.book, self.faults, self.courier, voices)
        self._pages = phone.Phones(self.book, voices)

    async def stop(self) -> None:
        """Hang up on everybody and forget what was still to be told."""
        self._smtp.close()
        self._smpp.close()
        self.smsc.stop()
        await self.courier.stop()
        self._http.should_exit = True
        await self._serving

    def handler(self, path: str) -> wire.Handler:
        """Whose address `path` is."""
        if path.startswith(sms.PREFIX):
            return self.sms.answer
        if path.startswith(speedsms.PREFIX):
            return self.speedsms.answer
        if path in fpt.PATHS:
            return self.fpt.answer
        if path.startswith(zalo.PREFIXES):
            return self.zalo.answer
        if path.startswith(("/bot", "/file/bot")):
            return self.telegram.answer
        return self._door.answer if path.startswith(door.PREFIX) else self._pages.answer

    async def _answer(self, scope: wire.Scope, receive: wire.Receive, send: wire.Send) -> None:
        if scope["type"] == "http":
            await wire.serve(self.handler(scope["path"]), scope, receive, send)


class _Quiet(uvicorn.Server):
    """uvicorn's server without its own signal handlers: the process is not its own."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    bound.listen(BACKLOG)
    bound.settimeout(0)
    return bound


def run(config: Config) -> None:
    """Serve until SIGTERM or SIGINT; one line on standard output says where."""
    uvloop.run(_until_told(config))


async def _until_told(config: Config) -> None:
    simulator, told = Simulator(config), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await simulator.start()
    ports = simulator.http_url, simulator.smtp_url, simulator.smpp_url
    sys.stdout.write(f"simulators ready {' '.join(ports)}\n")
    sys.stdout.flush()
    await told.wait()
    await simulator.stop()


@contextmanager
def running(config: Config | None = None) -> Iterator[Simulator]:
    """A simulator in a thread with a loop of its own, for tests that are not async."""
    simulator, ready, failed = Simulator(config), threading.Event(), list[BaseException]()
    stop: list[asyncio.Event] = []
    loop = cast("asyncio.AbstractEventLoop", uvloop.new_event_loop())

    async def live() -> None:
        stop.append(asyncio.Event())
        try:
            await simulator.start()
        except OSError as error:
            failed.append(error)
            return
        finally:
            ready.set()
        await stop[0].wait()
        await simulator.stop()

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(live())

    thread = threading.Thread(target=work, name="simulator", daemon=True)
    thread.start()
    ready.wait(START_WITHIN)
    if failed or not simulator.http_url:
        raise RuntimeError("the simulator did not start") from (failed[0] if failed else None)
    try:
        yield simulator
    finally:
        with suppress(RuntimeError):  # the loop ended by itself
            loop.call_soon_threadsafe(stop[0].set)
        thread.join(START_WITHIN)
