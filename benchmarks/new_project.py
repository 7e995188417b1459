"""How long it takes from `nasplug new space` to green tests and a first search, installation included."""

import os
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

NAME = "new-project"
BAR = 60.0


def run() -> dict[str, Any]:
    """Returns the seconds of the four steps together, for the slower of a space and a strategy."""
    steps = {kind: _steps(kind) for kind in ("space", "strategy")}
    slower = max(sum(times.values()) for times in steps.values())
    return {"figure": slower, "unit": "s", "bar": f"≤ {BAR:g} s", "holds": slower <= BAR, "steps": steps}


def _steps(kind: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        python = _environment(Path(folder) / "venv")
        nasplug = [str(python), "-m", "nasplug.cli"]
        pair = ["--space", "fresh", "--strategy", "random"] if kind == "space" else []
        pair = pair or ["--space", "nasbench101", "--strategy", "fresh"]
        pip = [str(python), "-m", "pip", "install", "-q", "--no-build-isolation", "-e"]
        commands = {
            "new": [*nasplug, "new", kind, "fresh", "--out", f"{folder}/fresh"],
            "install": [*pip, f"{folder}/fresh[test]"],
            "test": [str(python), "-m", "pytest", "-q", f"{folder}/fresh"],
            "search": [*nasplug, "run", *pair, "--budget", "20", "--storage", f"sqlite:///{folder}/runs.db"],
        }
        return {step: _seconds(command, folder) for step, command in commands.items()}


def _environment(folder: Path) -> Path:
    """Returns the Python of a new environment that sees the packages of this one; making it is not counted."""
    venv.create(folder, with_pip=True)
    [site] = folder.glob("lib/python*/site-packages")
    (site / "packages.pth").write_text(f"import site; site.addsitedir({sysconfig.get_paths()['purelib']!r})\n")
    python = folder / "bin" / "python"
    old = [str(python), "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools"]  # or it hides the newer one of here
    subprocess.run(old, check=True)
    return python


def _seconds(command: list[str], folder: str) -> float:
    started = time.perf_counter()
    env = {**os.environ, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - started
