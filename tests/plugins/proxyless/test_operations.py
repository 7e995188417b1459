"""Codes: what is in the space, and what is said of what is not."""

import pytest
from nasplug_proxyless.operations import LAYERS, MOBILE, check, scaled
from nasplug_proxyless.space import SIZE

from nasplug.errors import InvalidArchitecture


def test_the_space_has_the_published_size():
    assert SIZE == 3 * 6**6 * 7**15 == 664_506_689_423_701_824


def test_the_layers_are_those_of_the_table():
    assert len(LAYERS) == 22
    assert [i for i, layer in enumerate(LAYERS) if layer.first] == [0, 1, 5, 9, 13, 17, 21]
    assert [i for i, layer in enumerate(LAYERS) if layer.stride == 2] == [1, 5, 9, 17]


def changed(layer, operation):
    return [*MOBILE[:layer], operation, *MOBILE[layer + 1 :]]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ((6, 6, 6), "has 22 integers, one for each layer; this one has 3"),
        ((), "this one has 0"),
        (changed(5, 6), "Layer 5 is the first of block 3 and cannot be zero"),
        (changed(0, 6), "Layer 0 is the first of block 1 and cannot be zero"),
        (changed(0, 3), r"Layer 0 \(block 1\) has operations 0 to 2, not 3"),
        (changed(8, 7), r"Layer 8 \(block 3\) has operations 0 to 6, not 7"),
        (changed(21, -1), r"Layer 21 \(block 7\) has operations 0 to 5, not -1"),
    ],
)
def test_bad_codes_are_told_by_their_layer(code, message):
    with pytest.raises(InvalidArchitecture, match=message):
        check(code)


@pytest.mark.parametrize(
    ("filters", "width", "expected"), [(32, 1.0, 32), (32, 0.25, 8), (40, 0.25, 16), (96, 0.25, 24), (16, 0.1, 8)]
)
def test_scaled_filters_are_multiples_of_eight(filters, width, expected):
    assert scaled(filters, width) == expected
