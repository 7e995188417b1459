"""Saved predictors: they predict the same, and a file that is damaged or something else is refused."""

import json

import numpy as np
import pytest
import torch
from nasplug_strategies.predictor import NeuralPredictor
from nasplug_strategies.predictor.settings import PredictorError
from safetensors import safe_open
from safetensors.torch import save_file

QUICK = {
    "paper": {"preset": "paper", "stages": 2, "threshold": 75.0, "size": 16, "epochs": 30, "lr": 3e-3},
    "best": {"preset": "best", "size": 16, "epochs": 20, "members": 2},
}


@pytest.mark.parametrize("preset", QUICK)
@pytest.mark.parametrize("kind", ["gcn", "mlp", "cnn"])
def test_saved_predictors_predict_the_same(preset, kind, toy_batch, tmp_path):
    batch, y = toy_batch(40)
    features = np.arange(40.0)[:, None] if kind == "gcn" or preset == "best" else None
    fitted = NeuralPredictor(**QUICK[preset], kind=kind).fit(batch, y, features)
    fitted.save(tmp_path / "p")
    loaded = NeuralPredictor.load(tmp_path / "p")
    assert (loaded.predict(batch, features) == fitted.predict(batch, features)).all()


def test_a_seed_of_numpy_is_saved_as_any_other(toy_batch, tmp_path):
    batch, y = toy_batch(10)
    NeuralPredictor(**QUICK["paper"] | {"epochs": np.int64(2)}, seed=np.int64(3)).fit(batch, y).save(tmp_path / "p")
    assert NeuralPredictor.load(tmp_path / "p").seed == 3


def test_a_folder_that_is_missing_is_named(toy_batch, tmp_path):
    with pytest.raises(PredictorError, match="absent/p cannot be written"):
        NeuralPredictor().fit(toy_batch(1)[0], [55.0]).save(tmp_path / "absent" / "p")


def test_a_constant_predictor_is_saved_too(toy_batch, tmp_path):
    NeuralPredictor().fit(toy_batch(1)[0], [55.0]).save(tmp_path / "p")
    assert NeuralPredictor.load(tmp_path / "p").predict(toy_batch(2)[0]).tolist() == [55.0, 55.0]


def parts(path):
    """Returns the tensors of a saved predictor, and its header."""
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118


@pytest.fixture
def saved(tmp_path, toy_batch):
    """Returns tensors and header of a saved predictor."""

    def make(preset):
        NeuralPredictor(**QUICK[preset]).fit(*toy_batch(40)).save(tmp_path / "p")
        return parts(tmp_path / "p")

    return make


@pytest.mark.parametrize("preset", QUICK)
def test_every_tensor_that_is_cut_or_missing_is_refused(preset, saved, tmp_path):
    tensors, header = saved(preset)
    for name, tensor in tensors.items():
        for damaged in ({name: tensor[:-1].contiguous()}, {}):
            save_file({key: value for key, value in tensors.items() if key != name} | damaged, tmp_path / "d", header)
            with pytest.raises(PredictorError, match="does not fit this predictor"):
                NeuralPredictor.load(tmp_path / "d")


@pytest.mark.parametrize("part", ["model", "process", "scaler"])
def test_a_part_that_is_missing_is_refused(part, saved, tmp_path):
    tensors, header = saved("best")
    rest = {name: tensor for name, tensor in tensors.items() if f".{part}." not in name}
    assert len(rest) < len(tensors)
    save_file(rest, tmp_path / "d", header)
    with pytest.raises(PredictorError, match="does not fit this predictor"):
        NeuralPredictor.load(tmp_path / "d")


def test_numbers_that_are_not_finite_are_refused(saved, tmp_path):
    tensors, header = saved("best")
    name = next(name for name in tensors if name.endswith("alpha"))
    save_file(tensors | {name: tensors[name] * float("nan")}, tmp_path / "d", header)
    with pytest.raises(PredictorError, match=f"{name} hold numbers that are not finite"):
        NeuralPredictor.load(tmp_path / "d")


def without(name):
    def change(about):
        return json.dumps({key: value for key, value in about.items() if key != name})

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda about: json.dumps(about)[:40], "is damaged"),
        (lambda about: "[]", "does not fit"),
        (without("seed"), "it lacks 'seed'"),
        (without("slope"), "it lacks 'slope'"),
        (without("regressor"), "neither a regressor nor the one label"),
        (lambda about: json.dumps(about | {"settings": {"layers": -1}}), "'layers' must be > 0"),
        (lambda about: json.dumps(about | {"seed": "three"}), "does not fit"),
        (lambda about: json.dumps(about | {"given": None}), "does not fit"),
        (lambda about: json.dumps(about | {"width": about["width"] + 1}), "wanted stages for graphs of 5 nodes with 6"),
        (lambda about: json.dumps(about | {"nodes": 4}), "wanted stages for graphs of 4 nodes"),
    ],
)
def test_a_damaged_header_is_refused(change, message, saved, tmp_path):
    tensors, header = saved("best")
    save_file(tensors, tmp_path / "d", header | {"about": change(json.loads(header["about"]))})
    with pytest.raises(PredictorError, match=message):
        NeuralPredictor.load(tmp_path / "d")


def test_other_files_are_refused(tmp_path, saved):
    with pytest.raises(PredictorError, match="no saved predictor"):
        NeuralPredictor.load(tmp_path / "absent")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(PredictorError, match="no saved predictor"):
        NeuralPredictor.load(tmp_path / "text")
    save_file({"a": torch.ones(1)}, tmp_path / "foreign")
    with pytest.raises(PredictorError, match="wanted format"):
        NeuralPredictor.load(tmp_path / "foreign")
    tensors, header = saved("best")
    save_file(tensors, tmp_path / "silent", {"format": header["format"]})
    with pytest.raises(PredictorError, match="is damaged"):
        NeuralPredictor.load(tmp_path / "silent")
