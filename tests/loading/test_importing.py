"""Importing what a user names as `package.module:Class`: from the current folder too, and what goes wrong there."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

import nasplug
from nasplug.errors import DiscoveryError
from nasplug.loading import discovery
from nasplug.loading.trust import check_trusted

SPACE = "from nasplug.testing import Toy\n\nclass MySpace(Toy):\n    pass\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The current folder, which is not on the path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def message(name, kind="space"):
    with pytest.raises(DiscoveryError) as error:
        discovery.load(kind, name)
    return str(error.value)


def test_a_class_is_found_in_the_current_folder(here):
    (here / "mymodule.py").write_text(SPACE)
    assert discovery.load("space", "mymodule:MySpace").__name__ == "MySpace"


def test_what_the_module_imports_later_is_found_there_as_well(here):
    (here / "mymodule.py").write_text(
        SPACE + "    def evaluate(self):\n        import neighbour\n        return neighbour.FOUND\n"
    )
    (here / "neighbour.py").write_text("FOUND = 7")
    assert discovery.load("space", "mymodule:MySpace")().evaluate() == 7


def test_a_module_of_the_current_folder_hides_no_installed_one(here):
    (here / "toy.py").write_text("1 / 0")
    (here / "json.py").write_text("1 / 0")
    (here / "mymodule.py").write_text(f"import json\n{SPACE}")
    assert discovery.load("space", "toy:ToySpace")
    assert discovery.load("space", "mymodule:MySpace")


def test_the_current_folder_does_not_count_for_the_names_of_installed_plugins(here):
    (here / "mymodule.py").write_text(SPACE)
    for name in ("random", "no-such"):
        with suppress(DiscoveryError):
            discovery.load("strategy", name)
    assert str(here) not in sys.path


def test_a_module_that_is_nowhere_is_told_with_where_it_was_looked_for(here):
    said = message("no_module:Space")
    assert "wanted package.module:Class, got ModuleNotFoundError: No module named 'no_module'" in said
    assert f"the current folder is {here}" in said


@pytest.mark.parametrize(
    ("source", "raised"),
    [
        ("import no_such\n", "ModuleNotFoundError: No module named 'no_such' (mymodule.py, line 1)"),
        ("\n1 / 0\n", "ZeroDivisionError: division by zero (mymodule.py, line 2)"),
        ("import neighbour\n", "KeyError: 'x' (neighbour.py, line 1)"),
        ("raise SystemExit('usage: train')\n", "SystemExit: usage: train (mymodule.py, line 1)"),
        ("class MySpace\n", "SyntaxError: expected ':' (mymodule.py, line 1)"),
        ("raise AttributeError('inner')\n", "AttributeError: inner (mymodule.py, line 1)"),
    ],
)  # fmt: skip
def test_an_error_inside_the_module_is_told_as_what_it_is(here, source, raised):
    (here / "mymodule.py").write_text(source)
    (here / "neighbour.py").write_text("{}['x']\n")
    said = message("mymodule:MySpace")
    assert said.startswith(f"The space 'mymodule:MySpace' cannot be loaded: importing mymodule raised {raised}.")
    assert "package.module:Class" not in said


def test_a_module_without_the_class_says_what_it_has(here):
    (here / "mymodule.py").write_text(SPACE)
    said = message("mymodule:Myspace")
    assert f"got no 'Myspace' in the module mymodule ({here}/mymodule.py), but 'MySpace'; " in said


def test_a_missing_part_of_a_package_is_a_wrong_name(here):
    (here / "mypackage").mkdir()
    (here / "mypackage" / "__init__.py").write_text("")
    assert "got ModuleNotFoundError: No module named 'mypackage.spaces'" in message("mypackage.spaces:MySpace")


def test_with_safe_a_name_that_is_trusted_must_be_installed(here, monkeypatch):
    (here / "mymodule.py").write_text("raise SystemExit('this was imported')")
    monkeypatch.setenv("NASPLUG_SAFE", "mymodule:MySpace")
    with pytest.raises(DiscoveryError, match="--safe does not look for 'mymodule:MySpace' in the current folder"):
        check_trusted("mymodule:MySpace", "random")


def test_the_installed_command_finds_it(here):
    (here / "mymodule.py").write_text(SPACE)
    command = [Path(sys.executable).parent / "nasplug", "show", "mymodule:MySpace"]
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ""})
    assert (result.returncode, "length of a code" in result.stdout) == (0, True), result.stderr


@pytest.mark.parametrize("more", [{}, {"timeout": 60}, {"middleware": ["processes"], "workers": 2}])
def test_worker_processes_find_it_too(here, more):
    (here / "mymodule.py").write_text(SPACE)
    result = nasplug.search("mymodule:MySpace", "random", budget=2, **more)
    assert [trial.error for trial in result.trials] == [None] * 3
