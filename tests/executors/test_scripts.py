"""Programs without an `if __name__ == "__main__"` guard: no worker runs them again, and what they define travels."""

import json
import os
import re
import subprocess
import sys

import pytest
from paths import HELPERS, ROOT
from ray_cluster import QUIET, SLOW_MACHINE

SPACE = """
import functools
import threading

import attrs

import nasplug
from nasplug import Architecture, Evaluation, hookimpl

STEP = 1.5


@functools.cache
def halvings(number):
    return 0 if number < 2 else 1 + halvings(number // 2)


@attrs.define(eq=False)
class Shifted:
    offset: float = nasplug.option(40.0, "added to every accuracy")

    def shifted(self, value):
        return value + self.offset


class Scripted(Shifted):
    def shifted(self, value):
        return super().shifted(value)

    @functools.cached_property
    def base(self):
        return self.shifted(halvings(16))

    @hookimpl
    def sample(self, rng):
        return Architecture("scripted", (int(rng.integers(4)),))

    @hookimpl
    def mutate(self, architecture, rng):
        return Architecture("scripted", ((architecture.code[0] + 1) % 4,))

    @hookimpl
    def evaluate(self, architecture):
        return Evaluation(self.base + STEP * architecture.code[0], 1.0)


class Grid:
    @hookimpl
    def suggest(self, run, count):
        return [Architecture("scripted", (number,)) for number in range(run.next_number, run.next_number + count)]
"""
REPORT = """
import json
print(json.dumps([[trial.error, trial.accuracy] for trial in result.trials]))
"""
WAYS = ['middleware=["processes"]', "timeout=60"]


def ran(folder, text, *, module=False):
    """Returns what a script prints as JSON. It prints nothing besides, and nothing on standard error."""
    (folder / "script.py").write_text(text)
    how = ["-m", "script"] if module else [str(folder / "script.py")]
    environment = {**os.environ, "PYTHONPATH": str(HELPERS)}
    done = subprocess.run(
        [sys.executable, *how], capture_output=True, text=True, cwd=folder, env=environment, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_space_of_an_installed_plugin(tmp_path, way):
    search = f'result = nasplug.search("nasplug.testing:Toy", "random", budget=3, workers=2, {way})'
    errors = [error for error, _ in ran(tmp_path, f"import nasplug\n{search}\n{REPORT}")]
    assert errors == [None] * 4


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("space", ["Scripted(40.0)", "Scripted", '"__main__:Scripted"'])
def test_a_space_that_the_script_defines(tmp_path, space, way):
    search = f"result = nasplug.search({space}, Grid(), budget=4, workers=2, {way})"
    assert ran(tmp_path, f"{SPACE}\n{search}\n{REPORT}") == [[None, 44.0 + 1.5 * n] for n in (0, 1, 2, 3, 3)]


@pytest.mark.slow
def test_a_script_that_python_finds_as_a_module(tmp_path):
    search = 'result = nasplug.search(Scripted(offset=10.0), Grid(), budget=2, middleware=["processes"])'
    assert ran(tmp_path, f"{SPACE}\n{search}\n{REPORT}", module=True) == [[None, 14.0], [None, 15.5], [None, 15.5]]


@pytest.mark.slow
def test_a_space_that_the_script_defines_on_ray(tmp_path, monkeypatch):
    pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-ray.txt")
    for name, value in {**SLOW_MACHINE, **QUIET}.items():
        monkeypatch.setenv(name, value)
    search = 'result = nasplug.search(Scripted(offset=10.0), Grid(), budget=2, middleware=["ray"])'
    assert ran(tmp_path, f"{SPACE}\n{search}\n{REPORT}") == [[None, 14.0], [None, 15.5], [None, 15.5]]


def test_a_program_that_comes_from_standard_input():
    program = f"{SPACE}\nresult = nasplug.search(Scripted(), Grid(), budget=2, timeout=60)\n{REPORT}"
    done = subprocess.run([sys.executable, "-"], input=program, capture_output=True, text=True, timeout=120)
    assert (json.loads(done.stdout)[1], done.stderr) == ([None, 45.5], "")


@pytest.mark.slow
def test_a_space_that_cannot_be_pickled_is_one_error_before_anything_is_stored(tmp_path):
    search = """
Scripted.lock = threading.Lock()
try:
    nasplug.search(Scripted(), Grid(), budget=2, timeout=60, storage="runs.db", name="run")
except nasplug.ConfigurationError as error:
    text = str(error)
from nasplug.storage.storage import Storage
print(__import__("json").dumps([text, [run.name for run in Storage("runs.db").all_runs()]]))
"""
    text, stored = ran(tmp_path, SPACE + search)
    assert re.fullmatch(
        r"The space 'Scripted' cannot be sent to a worker: cannot pickle '_thread.lock' object\. .*", text
    )
    assert stored == []


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(re.findall("```python", (ROOT / "docs" / "cluster.md").read_text()))))
def test_an_example_of_the_cluster_page_saved_as_a_file(tmp_path, number):
    examples = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "cluster.md").read_text(), re.DOTALL)
    assert ran(tmp_path, f"{examples[number]}\nprint('[]')") == []
