"""Where the servers' programs are: in their wheels, or in a copy that the servers' user can reach.

Under root a virtual environment may lie below a directory that the servers' user cannot enter
(/root). We open no such door: the few files the server needs are copied once, per version.
"""

import importlib.metadata
import importlib.util
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contactbook.embedded.errors import EmbeddedError
from contactbook.embedded.place import Place


@dataclass(frozen=True)
class Parcel:
    """The part of a wheel that a server needs; the wheel's Python code is never imported."""

    product: str
    package: str
    distribution: str
    setting: str
    files: tuple[str, ...]  # below site-packages; where a platform has no such file, it needs none

    @property
    def label(self) -> str:
        return f"{self.distribution}-{importlib.metadata.version(self.distribution)}"


def unpacked(parcel: Parcel, place: Place, server: str) -> Path:
    """The directory below which the parcel's files can be run by the servers' user."""
    root = _installed(parcel, place)
    if place.account.reads(list(_present(parcel, root))):
        return root
    reachable = place.account.enters(place.path)
    shelf = place.path / "programs" if reachable else place.annex(server) / "programs"
    return _copied(parcel, root, shelf)


def _installed(parcel: Parcel, place: Place) -> Path:
    spec = importlib.util.find_spec(parcel.package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            f"{parcel.product} is not installed for this Python, so {place.path} cannot be served: "
            f"set {parcel.setting}, or install contactbook[embedded] (the wheel "
            f"{parcel.distribution} is not made for every version of Python)."
        )
    return Path(spec.origin).parent.parent


def _present(parcel: Parcel, root: Path) -> Iterator[Path]:
    return (root / name for name in parcel.files if (root / name).exists())


def _copied(parcel: Parcel, root: Path, shelf: Path) -> Path:
    """Copy to a name nobody looks for, then rename: a copy is whole or it is not there."""
    goal = shelf / parcel.label
    if goal.is_dir():
        return goal
    shelf.mkdir(exist_ok=True)
    shelf.chmod(0o755)
    half = Path(tempfile.mkdtemp(prefix=".half-", dir=shelf))
    for source in _present(parcel, root):
        target = half / source.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    for copy in (half, *half.rglob("*")):  # our own copy of public programs: anybody may run it
        copy.chmod(0o755 if copy.is_dir() or copy.stat().st_mode & 0o100 else 0o644)
    try:
        half.rename(goal)
    except OSError:  # the other server's start was quicker
        shutil.rmtree(half)
    return goal
