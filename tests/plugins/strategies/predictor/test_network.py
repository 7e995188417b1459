"""A new kind of network is one file in a folder; it needs nothing but scores to be trained, saved and searched with."""

import importlib
import sys

import pytest
from nasplug_strategies.neural.strategy import NeuralPredictorSearch
from nasplug_strategies.predictor import NeuralPredictor, networks
from nasplug_strategies.predictor.network import Network, network_class
from nasplug_strategies.predictor.settings import Settings
from scipy.stats import kendalltau

COUNTS = '''
from nasplug_strategies.predictor.fitting.dense_layers import dense_parameters, fully_connected
from nasplug_strategies.predictor.network import Network


class Counts(Network):
    """Fully-connected layers on the number of edges and of nodes of each operation."""

    def __init__(self, settings, shape, generator):
        super().__init__()
        widths = [shape.features + 1, *settings.hidden, 1]
        self.dense, self.bias = dense_parameters(widths, settings.members, generator)

    def training_inputs(self, graphs, scalars, generator):
        edges = graphs.adjacency.sum((1, 2))[:, None] / 10
        return [torch.cat((graphs.x.sum(1), edges), 1)]

    def forward(self, inputs, dropout):
        return fully_connected(inputs[0], self.dense, self.bias, dropout)

    def score(self, graphs, scalars, seed):
        (rows,) = self.training_inputs(graphs, scalars, None)
        return self([rows.expand(self.members, *rows.shape)], [])


NETWORK = Counts
'''


@pytest.fixture
def counts(tmp_path, monkeypatch):
    """Adds the kind `counts` for one test: one file on the path of the package of kinds."""
    (tmp_path / "counts.py").write_text(f"import torch\n{COUNTS}")
    monkeypatch.setattr(networks, "__path__", [*networks.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    yield "counts"
    sys.modules.pop(f"{networks.__name__}.counts", None)


def test_the_kinds_are_the_modules_of_the_package(counts):
    assert networks.kinds() == ["cnn", "counts", "gcn", "mlp"]
    assert [network_class(kind).__name__ for kind in networks.kinds()] == ["CNN", "Counts", "GCN", "MLP"]


def test_a_kind_of_one_file_is_trained_by_autograd_and_saved(counts, toy_batch, tmp_path):
    assert network_class(counts).training_step is Network.training_step
    batch, y = toy_batch(60)
    fitted = NeuralPredictor("paper", counts, stages=1, epochs=60, lr=1e-2, members=2).fit(batch, y)
    assert kendalltau(fitted.predict(batch), y).statistic > 0.6
    fitted.save(tmp_path / "p")
    assert (NeuralPredictor.load(tmp_path / "p").predict(batch) == fitted.predict(batch)).all()


def test_a_kind_of_one_file_is_an_option_of_searches(counts):
    assert NeuralPredictorSearch(kind=counts).predictor_options()["kind"] == counts


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'kind' must be one of cnn, gcn, mlp, got 'counts'"):
        Settings(kind="counts")


def test_the_gcn_alone_reads_features_and_gains_from_similar_graphs():
    traits = {
        kind: (cls.reads_features, cls.shares_similar_graphs)
        for kind in networks.kinds()
        for cls in [network_class(kind)]
    }
    assert traits == {"cnn": (False, False), "gcn": (True, True), "mlp": (False, False)}


def test_tables_are_drawn_anew_for_every_epoch(network, toy_batch):
    import torch
    from nasplug_strategies.predictor.graphs.dense_graphs import dense

    net, graphs, generator = network("mlp"), dense(toy_batch(12)[0]), torch.Generator().manual_seed(0)
    inputs = net.training_inputs(graphs, None, generator)
    first = inputs[0].clone()
    net.start_epoch(inputs, graphs, generator)
    assert not torch.equal(inputs[0], first)
    again = net.training_inputs(graphs, None, torch.Generator().manual_seed(0))
    assert torch.equal(again[0], first)
