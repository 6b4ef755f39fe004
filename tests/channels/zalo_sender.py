"""A process that has one message for Zalo, and a vault that it shares with many."""

import asyncio
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import uuid4

from channels.accounts import Surroundings, ZaloAccount
from channels.settings import ChannelSettings
from channels.zalo.adapter import ZaloAdapter
from contactbook.ports.channel import Outgoing, SendFailed
from tests.channels.vault import FileVault


def send(url: str, vault: Path, start: Barrier, results: Path) -> None:
    """Send one message as soon as all others may; what came of it is left in `results`."""
    start.wait(120)
    said = asyncio.run(_send(url, vault))
    (results / uuid4().hex).write_text(said)


async def _send(url: str, vault: Path) -> str:
    settings = ChannelSettings(
        _env_file=None, zalo_oa_url=url, zalo_zbs_url=url, zalo_oauth_url=url, timeout_seconds=30
    )
    account = ZaloAccount(app_id="1234567890123456789", app_secret="zalo-app-secret")
    around = Surroundings(lambda: datetime.now(UTC), vault=FileVault(vault))
    adapter = ZaloAdapter(account, settings, around)
    try:
        await adapter.send(Outgoing(reference=uuid4(), address="2512523625412515", body="Chào"))
    except SendFailed as failed:
        return f"{type(failed).__name__}: {failed}"
    finally:
        await adapter.close()
    return "accepted"
