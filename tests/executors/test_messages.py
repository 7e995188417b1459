"""What travels to another machine is text, and what comes back is checked."""

import json
import sys

import pytest
import toy

from nasplug import Evaluation, hookimpl
from nasplug.errors import ConfigurationError, Unsupported
from nasplug.executors import messages
from nasplug.executors.recipe import SpaceRecipe


def answer(**options):
    recipe = SpaceRecipe("toy:ToySpace", options).to_json()
    request = messages.encode_request(toy.architecture(0, 0, 1), "final", 3, 7)
    begun, text = messages.evaluate_remotely(recipe, request)
    assert begun == "begun"
    return text


def test_an_answer_is_the_evaluation_that_the_space_gives():
    assert messages.decode_answer(answer()) == Evaluation(toy.accuracy((0, 0, 1)), 3.0, {"parameters": 100.0}, "toy")


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"fails": "0,0,1"}, RuntimeError, "loss is NaN at step 12"),
        ({"broken": True}, ConfigurationError, "no batteries"),
        ({"value": 250.0}, ValueError, "must be a percentage"),
        ({"value": float("nan")}, ValueError, "must be a percentage"),
    ],
)
def test_an_error_comes_back_as_it_was_raised(options, kind, message):
    with pytest.raises(kind, match=message):
        messages.decode_answer(answer(**options))


@pytest.mark.parametrize("kind", ["Foreign", "SystemExit", "UnicodeDecodeError", "did_you_mean", "__import__"])
def test_what_is_no_error_of_ours_keeps_its_name(kind):
    with pytest.raises(RuntimeError, match=f"{kind}: what"):
        messages.decode_answer(json.dumps({"kind": kind, "error": "what"}))


def test_a_group_of_errors_comes_back_with_the_errors_in_it(monkeypatch):
    group = ExceptionGroup("two failed", [ValueError("loss is NaN"), KeyError("rate")])

    def evaluate(self, architecture):
        raise group

    monkeypatch.setattr(toy.ToySpace, "evaluate", hookimpl(evaluate))
    with pytest.raises(
        RuntimeError, match=r"^ExceptionGroup: two failed \[ValueError: loss is NaN; KeyError: 'rate'\]"
    ):
        messages.decode_answer(answer())


def test_an_error_of_the_core_stays_one():
    with pytest.raises(Unsupported, match="what"):
        messages.decode_answer(json.dumps({"kind": "Unsupported", "error": "what"}))


@pytest.mark.parametrize("wrong", [{"accuracy": 250.0}, {"cost": -1.0}, {"metrics": {"a": "b"}}])
def test_an_answer_is_checked_where_it_arrives(wrong):
    good = {"accuracy": 50.0, "cost": 1.0, "metrics": {}, "source": "toy"}
    assert messages.decode_answer(json.dumps(good)).accuracy == 50.0
    with pytest.raises(ValueError, match="must be|could not convert"):
        messages.decode_answer(json.dumps(good | wrong))


def test_the_code_of_an_installed_space_stays_where_it_is():
    from nasplug.testing import Toy

    assert messages.runtime_env(Toy) == {}


def test_a_local_package_travels_whole_and_a_local_module_with_its_neighbours(tmp_path, monkeypatch):
    (tmp_path / "lonely_space.py").write_text("class Space: ...")
    (tmp_path / "packed_space").mkdir()
    (tmp_path / "packed_space" / "__init__.py").write_text("class Space: ...")
    monkeypatch.syspath_prepend(tmp_path)
    import lonely_space
    import packed_space

    assert messages.runtime_env(packed_space.Space) == {"py_modules": [str(tmp_path / "packed_space")]}
    assert messages.runtime_env(lonely_space.Space) == {"working_dir": str(tmp_path), "excludes": ["*", "!.", "!*.py"]}
    for name in ("lonely_space", "packed_space"):
        del sys.modules[name]
