"""What travels to another machine is text, and what comes back is checked."""

import json
import sys
from pathlib import Path

import pytest
import toy

from nasplug import Evaluation
from nasplug.errors import ConfigurationError, Unsupported
from nasplug.executors import messages as remote


def recipe(**options):
    return json.dumps({"plugin": "toy:ToySpace", "options": options})


def answer(**options):
    begun, found = remote.answers(recipe(**options), remote.ask(toy.architecture(0, 0, 1), "final", 3, 7))
    assert begun == "begun"
    return found


def test_an_answer_is_the_evaluation_that_the_space_gives():
    assert remote.read(answer()) == Evaluation(toy.accuracy((0, 0, 1)), 3.0, {"parameters": 100.0}, "toy")


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
        remote.read(answer(**options))


@pytest.mark.parametrize("kind", ["Foreign", "SystemExit", "UnicodeDecodeError", "did_you_mean", "__import__"])
def test_what_is_no_error_of_ours_keeps_its_name(kind):
    with pytest.raises(RuntimeError, match=f"{kind}: what"):
        remote.read(json.dumps({"kind": kind, "error": "what"}))


def test_an_error_of_the_core_stays_one():
    with pytest.raises(Unsupported, match="what"):
        remote.read(json.dumps({"kind": "Unsupported", "error": "what"}))


@pytest.mark.parametrize("wrong", [{"accuracy": 250.0}, {"cost": -1.0}, {"metrics": {"a": "b"}}])
def test_an_answer_is_checked_where_it_arrives(wrong):
    good = {"accuracy": 50.0, "cost": 1.0, "metrics": {}, "source": "toy"}
    assert remote.read(json.dumps(good)).accuracy == 50.0
    with pytest.raises(ValueError, match="must be|could not convert"):
        remote.read(json.dumps(good | wrong))


def test_the_code_of_an_installed_space_stays_where_it_is():
    from nasplug.testing import Toy

    assert remote.code_of(Toy) == {}


def test_a_local_package_travels_whole_and_a_local_module_with_its_neighbours(tmp_path, monkeypatch):
    (tmp_path / "lonely_space.py").write_text("class Space: ...")
    (tmp_path / "packed_space").mkdir()
    (tmp_path / "packed_space" / "__init__.py").write_text("class Space: ...")
    monkeypatch.syspath_prepend(tmp_path)
    import lonely_space
    import packed_space

    assert remote.code_of(packed_space.Space) == {"py_modules": [str(tmp_path / "packed_space")]}
    assert remote.code_of(lonely_space.Space) == {"working_dir": str(tmp_path), "excludes": ["*", "!.", "!*.py"]}
    for name in ("lonely_space", "packed_space"):
        del sys.modules[name]


def test_paths_and_sequences_travel_as_texts():
    assert remote._plain("folder", Path("/data")) == "/data"
    assert remote._plain("sizes", (1, 2)) == remote._plain("sizes", [1, 2]) == "1,2"
    with pytest.raises(ConfigurationError, match="option net is a object"):
        remote._plain("net", object())
