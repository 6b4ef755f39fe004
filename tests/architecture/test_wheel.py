"""What an image installs is the whole of it: templates, pictures, catalogues, not only modules."""

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.architecture.tree import PACKAGES, ROOT

GENERATED = {".pyc", ".mo"}


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    source = tmp_path / "source"
    files = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in GENERATED
    }
    for name in [*files, *map(Path, ("pyproject.toml", "README.md", "LICENSE"))]:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    build = "import setuptools.build_meta as backend; backend.build_wheel('..')"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    assert files - {Path(name) for name in zipfile.ZipFile(wheel).namelist()} == set()
