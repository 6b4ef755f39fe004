"""Fifty processes find the token expired in the same moment: one refresh token is spent, once."""

import json
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from channels.simulator.server import Config, running
from tests.channels import zalo_sender
from tests.channels.vault import FileVault, tokens

PROCESSES = 50


def at_once(folder: Path, outcome: object) -> tuple[list[str], dict[str, Any]]:
    """What each process got, and what became of the tokens at Zalo."""
    results, vault = folder / "results", folder / "vault.json"
    results.mkdir()
    FileVault(vault).keep(tokens(obtained=datetime.now(UTC) - timedelta(hours=25)))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.channels.zalo_sender"])
    with running(Config()) as simulator, httpx.Client(base_url=simulator.http_url) as http:
        told = {"channel": "zalo", "address": "oauth", "outcomes": [outcome]}
        assert http.post("/_simulator/script", json=told).is_success
        start = context.Barrier(PROCESSES)
        asked = simulator.http_url, vault, start, results
        processes = [context.Process(target=zalo_sender.send, args=asked) for _ in range(PROCESSES)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
            assert process.exitcode == 0
        state = http.get("/_simulator/state").json()["zalo_tokens"]
    return [one.read_text() for one in results.iterdir()], state


def test_one_refresh_token_is_spent_once(tmp_path: Path) -> None:
    said, state = at_once(tmp_path, {"slow": 0.5})
    assert said == ["accepted"] * PROCESSES
    assert state == {"spent": 1, "refused": 0}
    kept = json.loads((tmp_path / "vault.json").read_text())
    assert kept["refresh_token"] != "zalo-refresh"


def test_a_lost_answer_stops_all_of_them_and_none_asks_again(tmp_path: Path) -> None:
    said, state = at_once(tmp_path, "reset_after")
    assert len(said) == PROCESSES
    assert {one.partition(":")[0] for one in said} == {"AccountUnusable"}
    assert state == {"spent": 1, "refused": 0}
    kept = json.loads((tmp_path / "vault.json").read_text())
    assert (kept["access_token"], kept["refresh_token"]) == ("zalo-token", "zalo-refresh")
    assert kept["consent_needed"]
