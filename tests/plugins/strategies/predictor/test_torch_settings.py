"""The device of the networks: named errors, every tensor on it, and equal results where a GPU is present."""

import pytest
import torch
from nasplug_strategies.neural.strategy import NeuralPredictorSearch
from nasplug_strategies.predictor import NeuralPredictor
from nasplug_strategies.predictor.graphs.dense_graphs import dense
from nasplug_strategies.predictor.network import Shape
from nasplug_strategies.predictor.network_ensemble import NetworkEnsemble
from nasplug_strategies.predictor.settings import PredictorError, settings_of_preset
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

MOVES = ("aten::_to_copy", "aten::copy_")


class OneDevice(TorchDispatchMode):
    """Refuses every operation on tensors of two devices, but copies from one to the other."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        devices = {t.device.type for t in tree_leaves((args, kwargs or {})) if isinstance(t, torch.Tensor) and t.dim()}
        assert len(devices) < 2 or func.name().partition(".")[0] in MOVES, (func, devices)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("kind", ["gcn", "mlp", "cnn"])
def test_a_fit_stays_on_its_device(kind, toy_batch, monkeypatch):
    """torch's `meta` device has shapes and no values: here it plays the GPU that a machine need not have."""
    monkeypatch.setattr(torch.optim, "Adam", lambda flat, **_: torch.optim.SGD(flat))  # Adam, fused, refuses `meta`
    graphs, y = dense(toy_batch(12)[0]), torch.rand(12)
    scalars = torch.rand(12, 3) if kind == "gcn" else None
    chosen = settings_of_preset("best", {"kind": kind, "epochs": 2, "members": 2, "size": 8, "loss": "mse"})
    generator = torch.Generator().manual_seed(0)
    with OneDevice():
        model = NetworkEnsemble.fresh(
            chosen, Shape(5, 5, 3 if kind == "gcn" else 0, 8), 0, torch.device("meta"), generator
        )
        model.train(graphs, scalars, y, "mse", 1e-3, generator)
        assert model.network.score(graphs, scalars, 0).device.type == "meta"
    assert {p.device.type for p in model.network.parameters()} == {"meta"}


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_an_absent_device_is_named():
    with pytest.raises(PredictorError, match="'cuda'; it is not there .* device=cpu"):
        NeuralPredictor(device="cuda")


def test_a_device_that_computes_nothing_is_refused():
    with pytest.raises(PredictorError, match="'meta'; it is not there"):
        NeuralPredictor(device="meta")


def test_an_unknown_device_is_named(toy_batch, tmp_path):
    NeuralPredictor().fit(toy_batch(1)[0], [55.0]).save(tmp_path / "p")
    with pytest.raises(PredictorError, match="wanted the torch device 'gpu'"):
        NeuralPredictor.load(tmp_path / "p", device="gpu")


def test_the_strategy_passes_its_device_on():
    assert NeuralPredictorSearch(device="cuda:1").predictor_options()["device"] == "cuda:1"


KINDS = [("best", "gcn", 1), ("paper", "gcn", 1), ("paper", "gcn", 2), ("paper", "mlp", 1), ("paper", "cnn", 1)]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize(("preset", "kind", "stages"), KINDS)
def test_a_gpu_predicts_what_the_cpu_does(preset, kind, stages, toy_batch, tmp_path):
    """One fit, computed on either: hundreds of training steps would turn a last bit into more than that."""
    batch, y = toy_batch(40)
    fitted = NeuralPredictor(preset, kind, stages=stages, threshold=75.0).fit(batch, y)
    fitted.save(tmp_path / "p")
    cuda = NeuralPredictor.load(tmp_path / "p", "cuda")
    assert cuda.predict(batch.to("cuda")) == pytest.approx(fitted.predict(batch.cpu()), abs=1e-4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize(("preset", "kind", "stages"), KINDS)
def test_a_gpu_learns_what_the_cpu_does(preset, kind, stages, toy_batch):
    batch, y = toy_batch(40)
    short = {"stages": stages, "threshold": 75.0, "epochs": 2}
    cpu, cuda = (NeuralPredictor(preset, kind, device=d, **short).fit(batch, y).predict(batch) for d in ("cpu", "cuda"))
    assert cuda == pytest.approx(cpu, abs=1e-4)
