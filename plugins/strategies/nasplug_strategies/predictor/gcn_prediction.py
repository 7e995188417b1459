"""Scores of many graphs by a graph convolutional network: node states that repeat are computed once.

A convolution's products with weights, nearly all of the work, are made of distinct states, before these are summed.
"""

import torch
from torch import Tensor

from nasplug_strategies.predictor.gcn import GCN, fully_connected
from nasplug_strategies.predictor.states import States


def scores(network: GCN, states: States, features: Tensor | None) -> Tensor:
    """Returns `[m, b]` as `network.forward` does, from the `states` of `b` graphs and optional features `[b, s]`."""
    h = torch.stack([_means(network, member, states) for member in range(len(network.bias[0]))])  # [m, b, size]
    if features is not None:
        h = torch.cat((h, features.expand(len(h), -1, -1)), 2)
    return fully_connected(h, network.dense, network.bias, [])


def _means(network: GCN, member: int, states: States) -> Tensor:
    """Returns `[b, size]`: the mean over the nodes of what the convolutions of one member make of them."""
    V = states.first
    for W, (forth, back) in zip(network.convolutions, states.convolutions, strict=True):
        V = forth(V @ W[0, member]).relu_().add_(back(V @ W[1, member]).relu_())  # [states, size]
    return states.means(V)
