"""New projects: names are checked, nothing is overwritten, and a project appears whole or not at all."""

import ast
import re
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

from nasplug.errors import UsageError
from nasplug.loading import discovery
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
        done = subprocess.run(ruff, cwd=tmp_path / "mine", capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


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
    with pytest.raises(UsageError, match=f"its class would be called {name.title()}.+ my_{name} for instance"):
        scaffold.create(kind, name, tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["space", "strategy"])
def test_what_a_projects_readme_runs_comes_with_its_test_extra(kind, tmp_path):
    scaffold.create(kind, "my_own", tmp_path / "mine")
    project = tomllib.loads((tmp_path / "mine" / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    brought = {Requirement(text).name for text in wanted}
    [run] = re.findall(r"^\$ nasplug run (.+)$", (tmp_path / "mine" / "README.md").read_text(), re.MULTILINE)
    for asked, name in re.findall(r"--(space|strategy) (\S+)", run):
        assert name == "my_own" or discovery.find(asked, name).distribution in brought


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
