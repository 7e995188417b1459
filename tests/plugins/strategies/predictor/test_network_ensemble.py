"""Stacked networks are fitted a few at a time."""

import pytest
import torch
from nasplug_strategies.predictor.network_ensemble import member_groups


@pytest.mark.parametrize("members", [1, 2, 5])
@pytest.mark.parametrize("kind", ["gcn", "cnn"])
def test_every_member_is_in_one_group_and_what_it_has_learned_is_copied_back(kind, members, network):
    net = network(kind, members=members, size=16)
    before = [p.detach().clone() for p in net.parameters()]
    sizes = []
    for group in member_groups(net, 2):
        sizes.append(group.members)
        for p in group.parameters():
            p.data = p.data + 1.0  # as a fit does, which puts its own memory in the place of the former
    assert sizes == [2] * (members // 2) + [1] * (members % 2)
    for p, old in zip(net.parameters(), before, strict=True):
        assert torch.equal(p, old + 1.0)
