"""`nasplug check`: one line a law, and the exit code of a broken one. `nasplug new`: a project."""

import json

import pytest

from nasplug.testing.laws import Verdict


@pytest.mark.slow
def test_a_good_plugin_keeps_every_law(invoke):
    result = invoke("check", "space", "nasplug.testing:Toy", "--device", "toyphone", "--opt", "layers=5")
    lines = result.stdout.splitlines()
    assert result.returncode == 0, result.stdout
    assert "✓ A mutant never has its parent's own code." in lines
    assert lines[-1].endswith(" kept, 0 broken, 8 not applicable")


@pytest.mark.slow
def test_a_broken_law_is_explained(invoke):
    result = invoke("check", "strategy", "faulty.strategies:TooMany")
    assert result.returncode == 1
    assert "✗ suggest returns at most `count` architectures." in result.stdout
    assert "happened:  asked for 1 it returned 2" in result.stdout
    assert "1 broken" in result.stdout.splitlines()[-1]


def test_json_holds_every_verdict(invoke):
    result = invoke("check", "middleware", "faulty.middleware:Prints", "--json")
    verdicts = json.loads(result.stdout)
    assert result.returncode == 1
    assert [v["law"] for v in verdicts if v["state"] == "broken"] == ["test_leaves_the_program_alone"]
    assert {"law", "statement", "state", "message"} == set(verdicts[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "space", "nothing"), "No space named 'nothing'"),
        (("check", "space", "nasplug.testing:Toy", "--opt", "size=3"), "has no option 'size'"),
        (("check", "strategy", "random", "--epochs", "1"), "for spaces: leave them out"),
    ],
)
def test_a_mistake_is_one_message(invoke, arguments, message):
    result = invoke(*arguments)
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    assert message in result.stderr


@pytest.mark.parametrize(
    ("state", "code", "line"),
    [
        ("kept", 0, "✓ Good."),
        ("broken", 1, "✗ Good.\n    why\n    how"),
        ("not checked", 0, "? Good.\n    why\n    how"),
    ],
)
def test_every_law_is_a_line_and_the_last_one_counts_them(invoke, monkeypatch, state, code, line):
    verdicts = [
        Verdict("test_good", "Good.", state, "" if state == "kept" else "why\nhow\n"),
        Verdict("test_other", "Other.", "not applicable", ""),
    ]
    checked = []
    monkeypatch.setattr("nasplug.testing.laws.check", lambda kit: checked.append(kit) or iter(verdicts))
    options = ("--opt", "layers=5", "--epochs", "2", "--device", "toyphone")
    result = invoke("check", "space", "nasplug.testing:Toy", *options)
    counts = {"kept": 0, "broken": 0} | {state: 1}
    assert result.returncode == code
    told = f"{counts['kept']} kept, {counts['broken']} broken, 1 not applicable"
    assert result.stdout == f"{line}\n– Other.\n{told}{', 1 not checked' * (state == 'not checked')}\n"
    assert (checked[0].space, checked[0].options) == ("nasplug.testing:Toy", {"layers": "5"})
    assert (checked[0].epochs, checked[0].devices) == (2, ("toyphone",))


@pytest.mark.parametrize(
    ("kind", "shown"), [("space", "--space my_own --strategy random"), ("strategy", "--strategy my_own")]
)
def test_a_new_project_is_made_and_the_next_steps_are_told(invoke, tmp_path, kind, shown):
    result = invoke("new", kind, "my_own")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "nasplug-my-own" / "pyproject.toml").exists()
    assert f"nasplug run {'--space nasbench101 ' * (kind == 'strategy')}{shown} --budget 20" in result.stdout
