"""Benchmarks are run by hand: what each imports of the project is there, and its figure decides the exit code."""

import ast
import json
from importlib import import_module
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from paths import ROOT

from benchmarks import __main__ as benchmarks

SOURCES = sorted((ROOT / "benchmarks").glob("[!_]*.py"))


def imported(path):
    """Yields module and name of everything that a file imports from this repository, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module.startswith(("nasplug", "benchmarks")):
            yield from ((node.module, alias.name) for alias in node.names)


def exists(module, name):
    """Returns whether a module has an attribute or a submodule of that name."""
    owner = import_module(module)
    return hasattr(owner, name) or (hasattr(owner, "__path__") and find_spec(f"{module}.{name}") is not None)


def test_an_import_exists_if_it_is_an_attribute_or_a_submodule():
    assert exists("benchmarks.__main__", "main")
    assert exists("benchmarks", "toy_space")
    assert not exists("benchmarks", "no_such_module")
    assert not exists("benchmarks.__main__", "no_such_name")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_everything_that_a_benchmark_imports_exists(path):
    assert [f"{module}.{name}" for module, name in imported(path) if not exists(module, name)] == []


@pytest.mark.parametrize(("name", "module"), benchmarks.names().items())
def test_a_benchmark_is_found_by_its_name(name, module):
    source = (ROOT / "benchmarks" / f"{module}.py").read_text()
    functions = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    assert f'NAME = "{name}"' in source
    assert "run" in functions


@pytest.mark.parametrize("holds", [True, False])
def test_a_bar_that_does_not_hold_is_the_exit_code(monkeypatch, holds):
    measured = {"figure": 3.5, "unit": "s", "bar": "≤ 3 s", "holds": holds}
    monkeypatch.setattr(benchmarks, "names", lambda: {"fake": "fake"})
    monkeypatch.setattr(benchmarks, "import_module", lambda name: SimpleNamespace(run=lambda: measured))
    done = CliRunner().invoke(benchmarks.main, ["fake", "--json"])
    shown = json.loads(done.stdout)
    assert {name: shown[name] for name in measured} == measured
    assert shown["machine"]["cores"] > 0
    assert done.exit_code == (0 if holds else 1)


def test_an_unknown_benchmark_is_refused_with_the_nearest_name():
    done = CliRunner().invoke(benchmarks.main, ["loop-memori"])
    assert (done.exit_code, "Did you mean 'loop-memory'?" in done.output) == (2, True)
