"""`nasplug predictor cv`."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner
from nasplug_strategies.commands import grid, predictor
from nasplug_strategies.predictor.cross_validation import cross_validate
from nasplug_strategies.predictor.errors import PredictorError
from nasplug_strategies.predictor.graphs import dense

import nasplug
from nasplug.errors import OptionError


@pytest.fixture
def data(tmp_path, toy_space, toy_accuracy, monkeypatch):
    """A file of toy cells; the toy space answers to its name."""
    space, rng = toy_space(), np.random.default_rng(0)
    monkeypatch.setattr(nasplug, "space", lambda name, **_: space, raising=False)
    with (tmp_path / "data.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["architecture", "accuracy"])
        for _ in range(60):
            architecture = space.sample(rng)
            writer.writerow([architecture, toy_accuracy(architecture)])
    return tmp_path / "data.csv"


def call(*arguments):
    return CliRunner().invoke(predictor, ["cv", "--space", "toycells", *map(str, arguments)])


def test_one_json_document_with_a_result_for_every_combination(data):
    options = ["preset=paper", "stages=1", "epochs=5", "size=8", "lr=1e-6", "lr=1e-2"]
    opts = [part for option in options for part in ("--strategy-opt", option)]
    result = call("--data", data, "--splits", 3, "--json", *opts)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["samples"] == 60
    assert [r["options"]["lr"] for r in document["results"]] == ["1e-6", "1e-2"]
    slow, fast = document["results"]
    assert fast["tau"]["mean"] > slow["tau"]["mean"]
    assert fast["mse"]["std"] > 0


def test_it_splits_119_into_79_and_40(toy_batch, monkeypatch):
    from nasplug_strategies.predictor import cross_validation

    seen = []

    class Spy:
        def __init__(self, **_):
            pass

        def fit(self, graphs, y, features):
            seen.append(len(y))
            return self

        def predict(self, graphs, features):
            seen.append(len(graphs))
            return np.arange(float(len(graphs)))

    monkeypatch.setattr(cross_validation, "NeuralPredictor", Spy)
    batch, y = toy_batch(119)
    cross_validate(dense(batch), None, y, {}, 2, 10, 0)
    assert seen == [79, 40] * 2


def test_too_few_architectures_are_refused(toy_batch):
    batch, y = toy_batch(5)
    with pytest.raises(PredictorError, match="at least 6"):
        cross_validate(dense(batch), None, y, {}, 2, 10, 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [("a,b\n1,2\n", "missing"), ("architecture,accuracy\nx:1,9\n", "line 2"), ("architecture,accuracy\n", "holds no")],
)
def test_bad_files_are_named(tmp_path, text, message):
    (tmp_path / "bad.csv").write_text(text)
    result = call("--data", tmp_path / "bad.csv")
    assert isinstance(result.exception, PredictorError)
    assert message in str(result.exception)


def test_unknown_options_are_refused_as_in_a_search(data):
    assert isinstance(call("--data", data, "--strategy-opt", "sise=3").exception, OptionError)


def test_the_grid():
    assert list(grid(["a=1", "b=x", "a=2"])) == [{"a": "1", "b": "x"}, {"a": "2", "b": "x"}]
    assert list(grid([])) == [{}]
    with pytest.raises(OptionError):
        list(grid(["a"]))


def test_it_is_a_command_of_nasplug(nasplug):
    result = nasplug("predictor", "cv", "--help")
    assert result.returncode == 0, result.stderr
    assert "--splits" in result.stdout
