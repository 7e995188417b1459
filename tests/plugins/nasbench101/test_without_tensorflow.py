"""Look-ups need no TensorFlow; what trains says how to install it."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BLOCKED = "import sys\nsys.modules['tensorflow'] = None\nfrom nasplug.cli import main\nmain(sys.argv[1:])\n"
PAIR = ("--space", "nasbench101", "--strategy", "regularized_evolution", "--budget", "3", "--storage", "runs.db")


@pytest.fixture
def without_tensorflow(tmp_path):
    """Calls the command line in a process that cannot import TensorFlow."""

    def call(*arguments):
        command = [sys.executable, "-c", BLOCKED, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, env=os.environ | {"COLUMNS": "160"}
        )

    return call


@pytest.mark.slow
@pytest.mark.parametrize("command", [("run", *PAIR), ("nasbench101", "info"), ("doctor",), ("list", "--check")])
def test_look_ups_need_no_tensorflow(without_tensorflow, command):
    result = without_tensorflow(*command)
    assert result.returncode == 0, result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("more", [("--space-opt", "evaluator=train"), ("--device", "host")])
def test_a_training_without_tensorflow_says_how_to_install_it(without_tensorflow, more):
    result = without_tensorflow("run", *PAIR, *more)
    assert (result.returncode, "Traceback" in result.stderr) == (2, False), result.stderr
    assert "need tensorflow, which is not installed: pip install 'nasplug[train]'." in result.stderr


@pytest.mark.parametrize("folder", [".", "plugins/nasbench101", "plugins/strategies"])
def test_no_distribution_of_look_ups_brings_tensorflow_along(folder):
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
    assert [need for need in project["dependencies"] if "tensorflow" in need or "[train" in need] == []
