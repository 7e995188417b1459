"""What version 0.1 stored before its modules moved opens still: runs, one of them broken off, and saved predictors."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from nasplug_strategies.predictor import NeuralPredictor

import nasplug
from nasplug import Architecture

STORED = Path(__file__).parent / "fixtures" / "version_0_1"
CLOCK = ("started", "finished")
GAINED = ("epochs", "continues")  # columns that later versions have added


@pytest.fixture
def storage(tmp_path):
    shutil.copy(STORED / "runs.sqlite", tmp_path / "runs.db")
    return f"sqlite:///{tmp_path}/runs.db"


def rows(text):
    """Trials without clocks and later columns; a metric that has made room for one of them has its old name."""
    older = [{name: value for name, value in row.items() if name not in CLOCK} for row in json.loads(text)]
    for row in older:
        for name in GAINED:
            metric = row.pop(f"metric.{name}", row.pop(name, None))
            row |= {} if metric is None else {name: metric}
    return older


@pytest.mark.parametrize("run", ["random", "evolution", "predictor", "toy"])
def test_every_trial_is_read_as_it_was(nasplug, storage, run):
    done = nasplug("export", run, "--storage", storage, "--format", "json")
    assert rows(done.stdout) == rows((STORED / f"{run}.json").read_text())


def test_a_run_that_was_broken_off_goes_on_and_ends_as_it_would_have(nasplug, storage):
    options = "--space toy:ToySpace --strategy regularized_evolution --seed 5 --budget 16"
    evolution = "--strategy-opt population=4 --strategy-opt tournament=2"
    done = nasplug("run", *f"{options} {evolution} --name broken-off --resume --storage {storage}".split())
    assert done.returncode == 0, done.stderr
    exported = nasplug("export", "broken-off", "--storage", storage, "--format", "json").stdout
    assert rows(exported) == rows((STORED / "broken-off.json").read_text())


@pytest.mark.parametrize("kind", ["gcn", "mlp", "cnn", "best"])
def test_a_saved_predictor_predicts_what_it_did(kind):
    recorded = json.loads((STORED / "predictions.json").read_text())
    architectures = [Architecture.parse(text) for text in recorded["architectures"]]
    space = nasplug.space("nasbench101")
    features = {"features": space.features(architectures=architectures)} if kind == "best" else {}
    predictor = NeuralPredictor.load(STORED / f"{kind}.safetensors")
    predicted = predictor.predict(space.encode_graph(architectures=architectures), **features)
    np.testing.assert_allclose(predicted, recorded["predictions"][kind], rtol=0, atol=2e-3)
