"""The lock files: everything named, everything pinned with its hash, and no address in them."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.tree import ROOT, project

RUNTIME, EVERYTHING = "requirements.lock", "requirements-dev.lock"
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)(?P<marker> ; .+?)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def lines(lock: str) -> list[str]:
    return (ROOT / lock).read_text(encoding="utf-8").splitlines()


def pins(lock: str) -> dict[str, Version]:
    found = [match for line in lines(lock) if (match := PIN.match(line))]
    return {match["name"]: Version(match["version"]) for match in found}


def asked(lock: str) -> list[Requirement]:
    """What pyproject.toml wants of a lock file."""
    about = project()
    groups, extras = about["dependency-groups"], about["project"]["optional-dependencies"]
    wanted = [*about["project"]["dependencies"], *groups["build"]]
    wanted += [one for extra in extras.values() for one in extra]
    if lock == EVERYTHING:
        wanted += groups["dev"]
    return [Requirement(one) for one in wanted]


@pytest.mark.parametrize("lock", [RUNTIME, EVERYTHING])
def test_every_dependency_is_locked_at_a_version_that_was_asked_for(lock: str) -> None:
    locked = pins(lock)
    wrong = [
        f"{want} (locked: {locked.get(canonicalize_name(want.name))})"
        for want in asked(lock)
        if (pin := locked.get(canonicalize_name(want.name))) is None
        or not want.specifier.contains(pin, prereleases=True)
    ]
    assert wrong == [], "run `make lock`"


@pytest.mark.parametrize("lock", [RUNTIME, EVERYTHING])
def test_a_lock_holds_pins_and_hashes_and_nothing_else(lock: str) -> None:
    """No index, no address, no path: whoever installs decides where from; the hash decides what."""
    strange = [line for line in lines(lock) if not PIN.match(line) and not HASH.match(line)]
    assert strange == []


@pytest.mark.parametrize("lock", [RUNTIME, EVERYTHING])
def test_every_pin_is_followed_by_its_hash(lock: str) -> None:
    text = lines(lock)
    bare = [
        line
        for line, after in zip(text, [*text[1:], ""], strict=True)
        if PIN.match(line) and not HASH.match(after)
    ]
    assert bare == []


def test_developers_run_what_schools_run() -> None:
    everything = pins(EVERYTHING)
    assert {name: everything.get(name) for name in pins(RUNTIME)} == pins(RUNTIME)
