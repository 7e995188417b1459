"""The written training step of the CNN against the network itself and autograd."""

import pytest
import torch
from nasplug_strategies.predictor.graphs.dense_graphs import Orders, dense, permuted
from nasplug_strategies.predictor.networks.cnn import CNN
from nasplug_strategies.predictor.networks.cnn_gradients import CNNPass

from tests.plugins.strategies.predictor.autograd_pass import AutogradPass

MEMBERS, BATCH = 2, 4


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("dropout", [False, True])
def test_scores_and_gradients_are_those_of_autograd(layers, dropout, toy_batch, differing):
    g = torch.Generator().manual_seed(0)
    net, graphs = CNN(5, 5, layers, 16, (7,), MEMBERS, g), dense(toy_batch(12)[0])
    for shift in net.shifts:
        torch.nn.init.uniform_(shift, -0.1, 0.1, generator=g)
    table = permuted(graphs, CNN.table, Orders.draw(12, 5, g))
    slopes = {cls: [torch.full_like(p, 9.0) for p in net.parameters()] for cls in (CNNPass, AutogradPass)}
    passes = {cls: cls(net, [table], slopes[cls], BATCH) for cls in slopes}
    for _ in range(2):  # the second time the nodes stand in another order
        samples, slope = torch.randint(12, (MEMBERS * BATCH,), generator=g), torch.randn(MEMBERS, BATCH, generator=g)
        keep = [2.0 * (torch.rand(MEMBERS, BATCH, 7, generator=g) < 0.5)] if dropout else []
        assert not differing(passes, slopes, samples, keep, slope)
        table.copy_(permuted(graphs, CNN.table, Orders.draw(12, 5, g)))
