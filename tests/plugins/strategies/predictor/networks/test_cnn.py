"""The CNN's gathered windows against torch's convolutions; how deep it gets on small images."""

import pytest
import torch
from nasplug_strategies.predictor.networks.cnn import CNN
from torch.nn.functional import conv2d

NODES, OPERATIONS, MEMBERS = 7, 5, 2


def network(layers, nodes=NODES):
    return CNN(nodes, OPERATIONS, layers, 16, (7,), MEMBERS, torch.Generator().manual_seed(1))


def tables(nodes=NODES):
    g = torch.Generator().manual_seed(2)
    x, A = (torch.rand(MEMBERS * 4, nodes, width, generator=g) for width in (OPERATIONS, nodes))
    return [CNN.table(x, A).view(MEMBERS, 4, -1)]


def by_conv2d(net, inputs, member):
    image = inputs[0][member].view(-1, 1, NODES, OPERATIONS + NODES)
    for W, shift in zip(net.kernels, net.shifts, strict=True):
        kernel = W[member].view(3, 3, image.shape[1], -1).permute(3, 2, 0, 1)
        image = conv2d(image, kernel, shift[member, 0], stride=2, padding=1).relu()
    h = image.permute(0, 2, 3, 1).flatten(1)
    h = (h @ net.dense[0][member] + net.bias[0][member]).relu()
    return (h @ net.dense[1][member] + net.bias[1][member])[:, 0]


@pytest.mark.parametrize("layers", [1, 3])
def test_it_is_a_convolution(layers):
    net, inputs = network(layers), tables()
    for parameter in net.shifts:
        torch.nn.init.uniform_(parameter, -0.1, 0.1)
    for member in range(MEMBERS):
        assert torch.allclose(net(inputs, [])[member], by_conv2d(net, inputs, member), atol=1e-5)


@pytest.mark.parametrize(("nodes", "layers", "depth"), [(7, 3, 3), (7, 18, 4), (22, 18, 5), (1, 3, 3)])
def test_it_ends_at_one_pixel(nodes, layers, depth):
    net = network(layers, nodes)
    assert len(net.kernels) == depth
    assert net(tables(nodes), []).shape == (MEMBERS, 4)
