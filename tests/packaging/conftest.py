"""A fresh virtual environment with the wheels of the four distributions, and no sight of this repository."""

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DISTRIBUTIONS = (ROOT, *(ROOT / "plugins" / name for name in ("nasbench101", "proxyless", "strategies")))


def pip(python: Path, *arguments: str) -> None:
    """Runs pip with what is installed here as the only source."""
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, env={**os.environ, "PIP_NO_INDEX": "1"})


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The four wheels, built from this tree."""
    folder = tmp_path_factory.mktemp("wheels")
    for source in DISTRIBUTIONS:
        pip(Path(sys.executable), "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source))
    return sorted(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def fresh(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment. Third-party packages come from this one; nasplug comes from the wheels."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip(python, "uninstall", "--yes", "setuptools")  # pip brought it; it would hide the newer one here
    pip(python, "install", "--no-deps", *map(str, wheels))
    [site] = folder.glob("lib/python*/site-packages")
    (site / "third_party_packages.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return python


@pytest.fixture(scope="session")
def install(fresh: Path) -> Callable[[str], None]:
    """Installs a project folder, with the extras named behind it, into the new environment.

    What it depends on is there already, or it is refused: nothing is downloaded.
    """
    return lambda project: pip(fresh, "install", "--no-build-isolation", project)


@pytest.fixture
def fresh_nasplug(fresh: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Calls the installed script `nasplug` of the new environment, in an empty folder."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(fresh.parent / "nasplug"), *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)

    return call
