"""A contract that cannot break guards nothing: each is broken here once, and seen caught."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import grimp
import pytest

from tests.architecture.tree import PACKAGES, ROOT, modules, project

CONTRACTS = project()["tool"]["importlinter"]["contracts"]
INWARD = "Everything points inward; only the assembly knows everybody"
PLACED = "Every module of the core has its place in the order"
AROUND = (
    "Around the core: doors, then deeds, then vendors, then models, then values; "
    "channels are strangers"
)
LEAVES = "Pages and tasks are leaves: only app, worker and the command line import them"
STARTED = "Simulators and embedded servers are started by commands only"
BLIND = "A simulator is written from the provider's documents and knows nothing of ours"
ONE_WORD = "A channel knows two things of ours: the words of ports.channel and ports.account"
DOMAIN = "The domain knows neither the web nor the queue nor the wire"
DOORS = "Each vendor has one door"
KNOTS = "No knots"


@dataclass(frozen=True)
class Offence:
    """Lines added to the end of files of a copy of the source; the contract that must notice."""

    breaks: str
    added: dict[str, str]  # file → line
    named: str  # what the complaint must show


OFFENCES = {
    "the core asks billing": Offence(
        INWARD,
        {
            "contactbook/ports/entitlement.py": "import billing.fees",
            "billing/fees.py": "CAP = 40_000",
        },
        "contactbook.ports.entitlement -> billing.fees",
    ),
    "billing peeks at the school's portal": Offence(
        INWARD,
        {"billing/fees.py": "import portal_bridge.client", "portal_bridge/client.py": "URL = ''"},
        "billing.fees -> portal_bridge.client",
    ),
    "people know deliveries": Offence(
        PLACED,
        {
            "contactbook/people/offence.py": "import contactbook.delivery.offence",
            "contactbook/delivery/offence.py": "X = 1",
        },
        "contactbook.people.offence -> contactbook.delivery.offence",
    ),
    "a file of the core without a place": Offence(
        PLACED, {"contactbook/odds_and_ends.py": "X = 1"}, "contactbook.odds_and_ends"
    ),
    "a file of a channel without a place": Offence(
        AROUND, {"channels/carrier_pigeon.py": "X = 1"}, "channels.carrier_pigeon"
    ),
    "one channel learns from another": Offence(
        AROUND,
        {"channels/sms.py": "import channels.zalo", "channels/zalo/__init__.py": "X = 1"},
        "channels.sms -> channels.zalo",
    ),
    "an adapter shared with its simulator": Offence(
        AROUND,
        {"channels/simulator/offence.py": "import channels.sms", "channels/sms.py": "X = 1"},
        "channels.simulator.offence -> channels.sms",
    ),
    "a page imported by a rule": Offence(
        LEAVES,
        {"contactbook/updates/offence.py": "import billing.pages", "billing/pages.py": "X = 1"},
        "contactbook.updates.offence -> billing.pages",
    ),
    "a task called from the teacher's page": Offence(
        LEAVES,
        {
            "contactbook/teacher/offence.py": "import contactbook.delivery.tasks",
            "contactbook/delivery/tasks.py": "X = 1",
        },
        "contactbook.teacher.offence -> contactbook.delivery.tasks",
    ),
    "a web server that starts databases": Offence(
        STARTED,
        {
            "contactbook/app.py": "import contactbook.embedded.offence",
            "contactbook/embedded/offence.py": "X = 1",
        },
        "contactbook.app -> contactbook.embedded.offence",
    ),
    "a simulator that reads our mind": Offence(
        BLIND,
        {"channels/simulator/offence.py": "import contactbook.ports.channel"},
        "channels.simulator.offence -> contactbook.ports.channel",
    ),
    "a channel that opens the database": Offence(
        ONE_WORD, {"channels/sms.py": "import sqlalchemy"}, "channels.sms -> sqlalchemy"
    ),
    "a channel that knows the clock": Offence(
        ONE_WORD,
        {"channels/sms.py": "import contactbook.clock", "contactbook/clock.py": "X = 1"},
        "channels.sms -> contactbook.clock",
    ),
    "a rule that answers requests": Offence(
        DOMAIN,
        {"contactbook/updates/offence.py": "import fastapi"},
        "contactbook.updates.offence -> fastapi",
    ),
    "a rule that reaches the wire by way of another": Offence(
        DOMAIN,
        {
            "contactbook/people/offence.py": "import contactbook.clock",
            "contactbook/clock.py": "import httpx",
        },
        "contactbook.clock -> httpx",
    ),
    "a second door to a vendor": Offence(
        DOORS, {"billing/fees.py": "import stripe"}, "billing.fees -> stripe"
    ),
    "two that need each other": Offence(
        KNOTS,
        {
            "contactbook/people/offence.py": "import contactbook.people.accomplice",
            "contactbook/people/accomplice/__init__.py": "",
            "contactbook/people/accomplice/first.py": "import contactbook.people.offence",
        },
        "contactbook.people",
    ),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The five packages and the contracts, where they may be spoilt."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module in modules():
        (tmp_path / module).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / module, tmp_path / module)
    return tmp_path


def lint(place: Path) -> tuple[int, str]:
    """What lint-imports says of the packages in `place`, in one long line."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=place,
        env={"PYTHONPATH": str(place), "COLUMNS": "400", "NO_COLOR": "1", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def spoil(place: Path, added: dict[str, str]) -> None:
    for name, line in added.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")


def test_the_source_as_it_is_keeps_every_contract(copy: Path) -> None:
    code, said = lint(copy)
    assert code == 0, said
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in said


@pytest.mark.parametrize("offence", OFFENCES.values(), ids=OFFENCES.keys())
def test_an_offence_is_caught(copy: Path, offence: Offence) -> None:
    spoil(copy, offence.added)
    code, said = lint(copy)
    assert code == 1, said
    assert f"{offence.breaks} BROKEN" in said
    complaint = said.partition("Broken contracts")[2].partition(offence.breaks)[2]
    assert offence.named in complaint, said


def test_every_contract_is_attacked() -> None:
    assert {contract["name"] for contract in CONTRACTS} == {o.breaks for o in OFFENCES.values()}
    assert len(CONTRACTS) >= 8


def test_every_exception_is_used_by_a_module_that_exists() -> None:
    """An exception that lets nothing through is a hole kept open for nobody."""
    graph = grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)
    unused = [
        exception
        for contract in CONTRACTS
        for exception in contract.get("ignore_imports", [])
        if graph.find_matching_modules(exception.split(" -> ")[0])
        and not graph.find_matching_direct_imports(exception)
    ]
    assert unused == []
