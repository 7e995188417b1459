"""Windows see the pixels around every second one; by sight they see the same, and padding never."""

import pytest
import torch
from nasplug_strategies.predictor.networks.convolution_windows import all_windows, sights, windows


def test_a_window_sees_its_pixel_and_the_eight_around_it():
    assert windows(3, 4).view(4, 9).tolist() == [
        [12, 12, 12, 12, 0, 1, 12, 4, 5],
        [12, 12, 12, 1, 2, 3, 5, 6, 7],
        [12, 4, 5, 12, 8, 9, 12, 12, 12],
        [5, 6, 7, 9, 10, 11, 12, 12, 12],
    ]


@pytest.mark.parametrize(("height", "width"), [(7, 12), (4, 6), (1, 5), (3, 3)])
def test_all_pixels_are_seen_by_sight_and_no_padding(height, width):
    every, left = all_windows(height, width, 3)
    found, place = sights(every, height * width)
    order = torch.arange(height * width)  # the number of the pixel that stands at a place
    for window, some in zip(every, found, strict=True):
        rows, none = window.view(-1, 9), len(order)
        seen = [row for sight in some for row in order[sight.pixels].view(-1, len(sight.taps)).tolist()]
        assert sorted(seen) == sorted([pixel for pixel in row if pixel < none] for row in rows.tolist())
        order = torch.tensor([[[p for p in row if p < none] for row in rows.tolist()].index(pixels) for pixels in seen])
    assert order[place].tolist() == list(range(left))
