"""Stacked networks are fitted a few at a time."""

import pytest
import torch
from nasplug_strategies.predictor.model import some_members
from nasplug_strategies.predictor.networks.cnn import CNN
from nasplug_strategies.predictor.networks.gcn import GCN


@pytest.mark.parametrize("members", [1, 2, 5])
@pytest.mark.parametrize("kind", ["gcn", "cnn"])
def test_every_member_is_handed_out_once_and_what_it_has_learned_is_taken_over(kind, members):
    g = torch.Generator().manual_seed(0)
    net = GCN(5, 2, 6, (7,), members, g) if kind == "gcn" else CNN(5, 5, 2, 16, (7,), members, g)
    before = [p.detach().clone() for p in net.parameters()]
    sizes = []
    for part in some_members(net, 2):
        sizes.append(len(part.bias[0]))
        for p in part.parameters():
            p.data = p.data + 1.0  # as a fit does, which puts its own memory in the place of what it found
    assert sizes == [2] * (members // 2) + [1] * (members % 2)
    for p, old in zip(net.parameters(), before, strict=True):
        assert torch.equal(p, old + 1.0)
