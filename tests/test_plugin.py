"""The types of plugins: what inherits them can be made, registered and checked by mypy."""

import subprocess
import sys

import pytest
import toy

from nasplug import hookimpl
from nasplug.loading import manager
from nasplug.plugin import Device, Executor, Middleware, Space, Strategy

WHOLE = """
import numpy as np

from nasplug import Architecture, Evaluation, Purpose, Run, hookimpl
from nasplug.plugin import Device, Executor, Middleware, Space, Strategy


class MySpace(Space):
    @hookimpl
    def sample(self, rng: np.random.Generator) -> Architecture:
        return Architecture("mine", (0,))

    @hookimpl
    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        return architecture

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        return Evaluation(90.0, 1.0)


class MyStrategy(Strategy):
    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        return [run.hook.sample(rng=run.rng)]


class MyMiddleware(Middleware):
    pass


class MyExecutor(Executor):
    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        return Evaluation(90.0, 1.0)


class MyDevice(Device):
    @hookimpl
    def devices(self) -> list[str]:
        return ["mine"]

    @hookimpl
    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        return 1.0


MySpace(), MyStrategy(), MyMiddleware(), MyExecutor(), MyDevice()
"""


def mypy(folder, source):
    (folder / "mine.py").write_text(source)
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--ignore-missing-imports",
        "--follow-imports=silent",
        "mine.py",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout


@pytest.mark.slow
def test_mypy_accepts_a_minimal_plugin_of_every_kind_and_finds_a_wrong_type(tmp_path):
    assert "Success" in mypy(tmp_path, WHOLE)
    wrong = mypy(tmp_path, WHOLE.replace("def sample(self, rng: np.random.Generator)", "def sample(self, rng: int)"))
    assert 'Argument 1 of "sample" is incompatible with supertype' in wrong


@pytest.mark.parametrize("kind", [Device, Executor, Middleware, Space, Strategy])
def test_what_lacks_a_required_hook_cannot_be_made(kind):
    incomplete = type("Incomplete", (kind,), {})
    if kind is Middleware:
        incomplete()
    else:
        with pytest.raises(TypeError, match="abstract"):
            incomplete()


def test_an_inherited_method_is_no_hook():
    class Drawing(Strategy):
        @hookimpl
        def suggest(self, run, count):
            return []

    built = manager.build(toy.ToySpace(), Drawing())
    assert built.hook.predict(run=None, architectures=[]) is None
    assert [implementation.plugin_name for implementation in built.hook.predict.get_hookimpls()] == []
    assert Drawing().predicts_from(budget=None, batch=1) is None
