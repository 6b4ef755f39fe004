"""An SMSC from npm: `smpp`, in a process of its own, pinned by the hashes of its lock file."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.channels.smpp.record import Record, Script

SMSC = Path(__file__).with_name("node") / "smsc.cjs"
MOST = 64_000_000  # octets of its record


class NodeSmsc:
    def __init__(self, port: int) -> None:
        self.port = port
        self.record = Record()


@cache
def modules() -> str:
    """Where npm's packages are, after seeing to it that they are; without them there is no test."""
    came = subprocess.run(
        [ROOT / "scripts/node-packages"], capture_output=True, text=True, check=False
    )
    if came.returncode:
        pytest.fail(f"npm's smpp, the SMSC of this test, cannot be installed: {came.stderr}")
    return came.stdout.strip()


@asynccontextmanager
async def node_smsc(script: Script) -> AsyncIterator[NodeSmsc]:
    """Its record is complete when it has ended."""
    where = await asyncio.to_thread(modules)
    process = await asyncio.create_subprocess_exec(
        "node",
        str(SMSC),
        json.dumps(asdict(script)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={"NODE_PATH": where, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        limit=MOST,
    )
    assert process.stdin
    assert process.stdout
    try:
        smsc = NodeSmsc(int(await process.stdout.readline()))
        yield smsc
        process.stdin.close()
        told = json.loads(await process.stdout.readline())
        smsc.record.asked = told["asked"]
        for source, to, header, text in told["taken"]:
            smsc.record.read(source, to, header, text)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
