"""`nasplug check`: one line a law, and the exit code of a broken one."""

import json

import pytest


def test_a_good_plugin_keeps_every_law(invoke):
    done = invoke("check", "space", "nasplug.testing:Toy", "--device", "toyphone", "--opt", "layers=5")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout
    assert "✓ A mutant never has its parent's own code." in lines
    assert lines[-1].endswith(" kept, 0 broken, 4 not applicable")


def test_a_broken_law_is_explained(invoke):
    done = invoke("check", "strategy", "faulty.strategies:TooMany")
    assert done.returncode == 1
    assert "✗ suggest returns at most `count` architectures." in done.stdout
    assert "happened:  asked for 1 it returned 2" in done.stdout
    assert "1 broken" in done.stdout.splitlines()[-1]


def test_json_holds_every_verdict(invoke):
    done = invoke("check", "middleware", "faulty.middleware:Prints", "--json")
    verdicts = json.loads(done.stdout)
    assert done.returncode == 1
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
    done = invoke(*arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert message in done.stderr
