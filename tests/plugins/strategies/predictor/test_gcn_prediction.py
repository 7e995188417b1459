"""What predicts pools, from distinct node states, against the network that is trained."""

import pytest
import torch
from nasplug_strategies.predictor.gcn import GCN
from nasplug_strategies.predictor.gcn_prediction import scores
from nasplug_strategies.predictor.graphs import dense, padded
from nasplug_strategies.predictor.states import states


@pytest.mark.parametrize("normalisation", ["row", "symmetric", "none"])
@pytest.mark.parametrize("layers", [1, 2, 3, 6])
@pytest.mark.parametrize("features", [0, 2])
def test_scores_are_those_of_the_network(toy_batch, normalisation, layers, features):
    graphs = padded(dense(toy_batch(40)[0]), 7)
    net = GCN(5, layers, 6, (7,), 2, torch.Generator().manual_seed(1), features)
    given = torch.rand(40, features) if features else None
    inputs = [*GCN.inputs(graphs, normalisation), *([given] if features else [])]
    whole = net([t.expand(2, *t.shape) for t in inputs], [])
    assert torch.allclose(scores(net, states(graphs, normalisation, layers), given), whole, atol=1e-5)
