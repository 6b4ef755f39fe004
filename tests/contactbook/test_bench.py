"""The benchmark runs and tells what others rely on; how fast this machine is today is no test."""

import json

import pytest

from contactbook.bench.run import Size, run

PROMISED = {
    "fanout_rows_s",
    "copy_rows_s",
    "accepted_msg_s",
    "client_loop_msg_s",
    "cpu_ms_per_msg",
    "fanout_ratio",
    "accepted_ratio",
    "class_fanout_ms",
}


def test_a_tiny_run_tells_every_figure(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(as_json=True, size=Size(schools=2, writings=1, told=1, sendings=1)) in (0, 1)
    figures = json.loads(capfd.readouterr().out)
    assert figures.keys() >= PROMISED
    assert all(figures[name] > 0 for name in PROMISED)
    assert figures["messages"] == 500
