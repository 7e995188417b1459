"""The CNN's gathered windows against torch's convolutions; how deep it gets on small images."""

import pytest
import torch
from nasplug_strategies.predictor.graphs.dense_graphs import dense
from nasplug_strategies.predictor.networks.cnn import CNN, all_windows, grouped, windows
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


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_it_is_a_convolution(layers, training, network):
    """A fit multiplies the padding around the image, a prediction leaves it out."""
    net, inputs = network("cnn", nodes=NODES, layers=layers, size=16), tables()
    with torch.set_grad_enabled(training):
        scores = net(inputs, [])
    for member in range(MEMBERS):
        assert torch.allclose(scores[member], by_conv2d(net, inputs, member), atol=1e-5)


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


def test_windows_that_see_through_the_same_taps_are_one_group_and_no_padding_is_read():
    """In an image of 1 × 4 pixels each window sees one row, and the first window no pixel to its left."""
    (groups,), place = grouped([windows(1, 4)], 4)
    assert [(pixels.tolist(), taps.tolist()) for pixels, taps in groups] == [([0, 1], [4, 5]), ([1, 2, 3], [3, 4, 5])]
    assert place.tolist() == [0, 1]


def test_a_convolution_reads_pixels_where_the_one_before_left_them():
    layers, place = grouped(all_windows(3, 4, 2)[0], 12)  # 3 × 4 pixels, then 2 × 2, then one
    assert [len(groups) for groups in layers] == [4, 1]
    order = torch.cat([pixels[taps == 4] for pixels, taps in layers[0]])  # centres of the windows, group by group
    ((pixels, taps),) = layers[1]
    assert taps.tolist() == [4, 5, 7, 8]
    assert order[pixels].tolist() == [0, 2, 8, 10]
    assert place.tolist() == [0]


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("dropout", [False, True])
def test_scores_and_gradients_are_those_of_autograd(layers, dropout, network, toy_batch, differences_from_autograd):
    net = network("cnn", layers=layers, size=16)
    assert differences_from_autograd(net, dense(toy_batch(12)[0]), dropout=dropout) == set()
