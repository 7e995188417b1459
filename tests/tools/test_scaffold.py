"""New projects: names are checked, nothing is overwritten, and a project appears whole or not at all."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from inspect import signature

import pytest
from packaging.requirements import Requirement

from nasplug import plugin
from nasplug.errors import UsageError
from nasplug.loading import discovery
from nasplug.testing import SpaceConformance, StrategyConformance, check
from nasplug.tools import scaffold


@pytest.mark.parametrize("kind", ["space", "strategy"])
def test_a_project_is_complete(kind, tmp_path):
    files = scaffold.create(kind, "my_own", tmp_path / "deep" / "mine")
    assert [str(path.relative_to(tmp_path / "deep" / "mine")) for path in files] == [
        ".gitignore", "README.md", "nasplug_my_own.py", "pyproject.toml", "tests/test_my_own.py",
    ]  # fmt: skip
    project = tomllib.loads((tmp_path / "deep/mine/pyproject.toml").read_text())["project"]
    assert project["name"] == "nasplug-my-own"
    assert next(iter(project["entry-points"].values())) == {"my_own": "nasplug_my_own:MyOwn"}
    for path in files:
        assert "{" + "{" not in path.read_text()
        if path.suffix == ".py":
            assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("kind", ["space", "strategy"])
def test_the_code_of_a_project_is_clean(kind, tmp_path):
    scaffold.create(kind, "a_rather_long_name", tmp_path / "mine")
    rules = ["--select", "E,F,W,I,B,UP,SIM,RUF", "--ignore", "RUF001"]
    for command in (["check", *rules], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "120", "."]
        process = subprocess.run(ruff, cwd=tmp_path / "mine", capture_output=True, text=True)
        assert process.returncode == 0, process.stdout


@pytest.fixture(params=["space", "strategy"])
def module(request, tmp_path, monkeypatch):
    """The imported module of a new project, with the kind of its plugin."""
    scaffold.create(request.param, "my_own", tmp_path / "mine")
    monkeypatch.syspath_prepend(str(tmp_path / "mine"))
    yield request.param, import_module("nasplug_my_own")
    del sys.modules["nasplug_my_own"]


@pytest.mark.slow
def test_the_plugin_of_a_project_keeps_every_law(module):
    kind, imported = module
    base = {"space": SpaceConformance, "strategy": StrategyConformance}[kind]
    verdicts = list(check(type("Checked", (base,), {kind: imported.MyOwn, "seeds": 5})))
    assert [verdict.message for verdict in verdicts if verdict.state == "broken"] == []
    assert [verdict.state for verdict in verdicts].count("kept") >= 15


def test_the_plugin_of_a_project_inherits_its_type_with_all_arguments(module):
    kind, imported = module
    declared = {"space": plugin.Space, "strategy": plugin.Strategy}[kind]
    own = {name: method for name, method in vars(imported.MyOwn).items() if hasattr(method, "nasplug_impl")}
    assert declared in imported.MyOwn.__mro__
    own.pop("evaluate", None)  # which may take whichever arguments it needs
    for name, method in own.items():
        assert list(signature(method).parameters) == list(signature(getattr(declared, name)).parameters)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["space", "strategy"])
def test_mypy_accepts_a_project_and_finds_an_argument_of_another_type(kind, tmp_path):
    scaffold.create(kind, "my_own", tmp_path / "mine")
    source = tmp_path / "mine" / "nasplug_my_own.py"
    mypy = [sys.executable, "-m", "mypy"]
    process = subprocess.run(mypy, cwd=tmp_path / "mine", capture_output=True, text=True)
    assert process.returncode == 0, process.stdout
    right, wrong = {"space": ("rng: np.random.Generator", "rng: int"), "strategy": ("count: int", "count: str")}[kind]
    source.write_text(source.read_text().replace(right, wrong))
    process = subprocess.run(mypy, cwd=tmp_path / "mine", capture_output=True, text=True)
    assert process.returncode == 1
    assert "incompatible with supertype" in process.stdout


@pytest.mark.parametrize(
    "name", ["", "My", "1st", "a-b", "a__b", "_a", "a_", "class", "naïve", "a b", "../x", "a" + "\n", "true", "none"]
)
def test_what_cannot_be_a_name_is_refused(name, tmp_path):
    with pytest.raises(UsageError, match="cannot be the name of a space"):
        scaffold.create("space", name, tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [("space", "architecture"), ("space", "sequence"), ("space", "batch"), ("strategy", "trial"), ("strategy", "run")],
)
def test_a_name_that_the_module_itself_needs_is_refused(kind, name, tmp_path):
    with pytest.raises(UsageError, match=f"its class would be called {name.title()}.+ Try my_{name}."):
        scaffold.create(kind, name, tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["space", "strategy"])
def test_what_a_projects_readme_runs_comes_with_its_test_extra(kind, tmp_path):
    scaffold.create(kind, "my_own", tmp_path / "mine")
    project = tomllib.loads((tmp_path / "mine" / "pyproject.toml").read_text())["project"]
    required = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    installed = {Requirement(text).name for text in required}
    [run] = re.findall(r"^\$ nasplug run (.+)$", (tmp_path / "mine" / "README.md").read_text(), re.MULTILINE)
    for kind_used, name in re.findall(r"--(space|strategy) (\S+)", run):
        assert name == "my_own" or discovery.find(kind_used, name).distribution in installed
    assert {"pytest", "mypy"} <= installed


def test_a_name_that_is_taken_is_refused(tmp_path):
    with pytest.raises(UsageError, match="'random' already exists: it comes with nasplug-strategies"):
        scaffold.create("strategy", "random", tmp_path / "mine")
    with pytest.raises(UsageError, match="There already is a package nasplug_strategies"):
        scaffold.create("space", "strategies", tmp_path / "mine")


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(UsageError, match="already exists, and nothing is ever overwritten"):
        scaffold.create("space", "my_own", tmp_path / "mine")
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_message(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot be made: .+ Name another folder"):
        scaffold.create("space", "my_own", tmp_path / "file" / "mine")


def test_a_project_that_cannot_be_finished_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "templates" / "space").mkdir(parents=True)
    (tmp_path / "templates" / "space" / "a.jinja").write_text("fine")
    (tmp_path / "templates" / "space" / "b.jinja").write_text("{{ nobody_knows }}")
    monkeypatch.setattr(scaffold, "TEMPLATES", tmp_path / "templates")
    with pytest.raises(Exception, match="nobody_knows"):
        scaffold.create("space", "my_own", tmp_path / "out" / "mine")
    assert list((tmp_path / "out").iterdir()) == []
