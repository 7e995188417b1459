"""The written training step of the MLP against the network itself and autograd."""

import pytest
import torch
from nasplug_strategies.predictor.graphs.dense_graphs import Orders, dense, permuted, seeded_orders
from nasplug_strategies.predictor.networks.mlp import MLP, MLPPass

from tests.plugins.strategies.predictor.autograd_pass import AutogradPass

MEMBERS, BATCH = 2, 4


@pytest.mark.parametrize("dropout", [False, True])
def test_scores_and_gradients_are_those_of_autograd(dropout, toy_batch, differing):
    g = torch.Generator().manual_seed(0)
    net, graphs = MLP(5, 5, 2, 6, (7,), MEMBERS, g), dense(toy_batch(12)[0])
    table = permuted(graphs, MLP.table, Orders.draw(12, 5, g))
    slopes = {cls: [torch.full_like(p, 9.0) for p in net.parameters()] for cls in (MLPPass, AutogradPass)}
    passes = {cls: cls(net, [table], slopes[cls], BATCH) for cls in slopes}
    for _ in range(2):  # the second time the nodes stand in another order
        samples, slope = torch.randint(12, (MEMBERS * BATCH,), generator=g), torch.randn(MEMBERS, BATCH, generator=g)
        widths = [bias.shape[2] for bias in net.bias[:-1]]
        keep = [2.0 * (torch.rand(MEMBERS, BATCH, width, generator=g) < 0.5) for width in widths] if dropout else []
        assert not differing(passes, slopes, samples, keep, slope)
        table.copy_(permuted(graphs, MLP.table, Orders.draw(12, 5, g)))


def test_permuted_nodes_keep_their_edges(toy_batch):
    """Whatever the order, as many nodes of each operation, and as many edges between each pair of operations."""
    graphs = dense(toy_batch(12)[0])
    seen = []

    def table(x, A):
        seen.append((x.sum(1), x.transpose(1, 2) @ A @ x, x))
        return x.flatten(1)

    for seed in (0, 1):
        permuted(graphs, table, seeded_orders(12, 5, seed))
    (counts, edges, x), (counts_again, edges_again, y) = seen
    assert torch.equal(counts, counts_again)
    assert torch.equal(edges, edges_again)
    assert not torch.equal(x, y)


def test_the_direction_of_edges_is_seen(toy_batch):
    graphs = dense(toy_batch(12)[0])
    x, A = graphs.x, graphs.adjacency.float()
    assert torch.equal(MLP.table(x, A) - MLP.table(x, A.mT), 2 * (MLP.table(x, A) - MLP.table(x, 0 * A)))
    assert not torch.equal(MLP.table(x, A), MLP.table(x, A.mT))
