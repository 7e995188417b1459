"""The cluttered construction."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nasplug.training.tasks.canvases import cluttered

IMAGES = np.random.default_rng(0).integers(1, 255, (5, 28, 28), dtype=np.uint8)


@settings(max_examples=25)
@given(size=st.integers(28, 70), fragments=st.integers(0, 5), seed=st.integers(0, 1000))
def test_every_object_is_whole_somewhere_on_its_canvas(size, fragments, seed):
    canvases = cluttered(IMAGES, size, fragments, np.random.default_rng(seed))
    assert canvases.shape == (5, size, size)
    for canvas, image in zip(canvases, IMAGES, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(canvas, (28, 28))  # [s − 27, s − 27, 28, 28]
        assert (windows >= image).all((2, 3)).any()


def test_without_fragments_there_is_the_object_alone():
    canvases = cluttered(IMAGES, 40, 0, np.random.default_rng(0))
    assert (canvases.sum((1, 2), dtype=int) == IMAGES.sum((1, 2), dtype=int)).all()


def test_fragments_add_light_and_the_draw_decides_everything():
    plain, crowded, again = (cluttered(IMAGES, 60, n, np.random.default_rng(1)) for n in (0, 4, 4))
    assert (crowded > 0).sum() > (plain > 0).sum()
    np.testing.assert_array_equal(crowded, again)
