"""The CNN's gathered windows against torch's convolutions; how deep it gets on small images."""

import pytest
import torch
from nasplug_strategies.predictor.graphs.dense_graphs import dense
from nasplug_strategies.predictor.networks.cnn import CNN, all_windows, windows
from torch.nn.functional import conv2d

NODES, OPERATIONS, MEMBERS = 7, 5, 2


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
def test_it_is_a_convolution(layers, network):
    net, inputs = network("cnn", nodes=NODES, layers=layers, size=16), tables()
    for member in range(MEMBERS):
        assert torch.allclose(net(inputs, [])[member], by_conv2d(net, inputs, member), atol=1e-5)


@pytest.mark.parametrize(("nodes", "layers", "depth"), [(7, 3, 3), (7, 18, 4), (22, 18, 5), (1, 3, 3)])
def test_it_ends_at_one_pixel(nodes, layers, depth, network):
    net = network("cnn", nodes=nodes, layers=layers, size=16)
    assert len(net.kernels) == depth
    assert net(tables(nodes), []).shape == (MEMBERS, 4)


def test_channels_double_up_to_half_the_size(network):
    assert [kernel.shape[1:] for kernel in network("cnn", nodes=7, layers=3, size=32).kernels] == [
        (9 * 1, 4),
        (9 * 4, 8),
        (9 * 8, 16),
    ]


def test_a_window_sees_its_pixel_and_the_eight_around_it():
    assert windows(3, 4).view(4, 9).tolist() == [
        [12, 12, 12, 12, 0, 1, 12, 4, 5],
        [12, 12, 12, 1, 2, 3, 5, 6, 7],
        [12, 4, 5, 12, 8, 9, 12, 12, 12],
        [5, 6, 7, 9, 10, 11, 12, 12, 12],
    ]


@pytest.mark.parametrize(("layers", "sizes", "left"), [(1, [24], 24), (2, [24, 6], 6), (9, [24, 6, 2, 1], 1)])
def test_every_convolution_halves_the_image(layers, sizes, left):
    per_layer, pixels = all_windows(7, 12, layers)
    assert ([len(window) // 9 for window in per_layer], pixels) == (sizes, left)


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("dropout", [False, True])
def test_scores_and_gradients_are_those_of_autograd(layers, dropout, network, toy_batch, differences_from_autograd):
    net = network("cnn", layers=layers, size=16)
    assert differences_from_autograd(net, dense(toy_batch(12)[0]), dropout=dropout) == set()
