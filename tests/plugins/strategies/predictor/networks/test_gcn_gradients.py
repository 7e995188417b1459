"""The written training step against the network itself and autograd."""

import pytest
import torch
from nasplug_strategies.predictor.graphs.dense_graphs import dense
from nasplug_strategies.predictor.networks.gcn import GCN
from nasplug_strategies.predictor.networks.gcn_gradients import GCNPass

from tests.plugins.strategies.predictor.autograd_pass import AutogradPass

MEMBERS, BATCH = 2, 4


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("hidden", [(7,), (7, 3)])
@pytest.mark.parametrize("features", [0, 2])
@pytest.mark.parametrize("dropout", [False, True])
def test_scores_and_gradients_are_those_of_autograd(layers, hidden, features, dropout, toy_batch, differing):
    g = torch.Generator().manual_seed(0)
    net = GCN(5, layers, 6, hidden, MEMBERS, g, features)
    inputs = [*GCN.inputs(dense(toy_batch(12)[0]), "row"), *([torch.randn(12, 2, generator=g)] if features else [])]
    slopes = {cls: [torch.full_like(p, 9.0) for p in net.parameters()] for cls in (GCNPass, AutogradPass)}
    passes = {cls: cls(net, inputs, slopes[cls], BATCH) for cls in slopes}
    for _ in range(2):  # the second time the memory holds the first
        samples = torch.randint(12, (MEMBERS * BATCH,), generator=g)
        keep = [2.0 * (torch.rand(MEMBERS, BATCH, width, generator=g) < 0.5) for width in hidden] if dropout else []
        slope = torch.randn(MEMBERS, BATCH, generator=g)
        assert not differing(passes, slopes, samples, keep, slope)
