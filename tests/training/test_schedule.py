"""The learning rate of every step."""

import numpy as np
import pytest

from nasplug.training import configure
from nasplug.training.backend import tf
from nasplug.training.schedule import cosine_with_warmup


def test_it_rises_in_a_line_and_falls_in_a_cosine_to_zero():
    configure()
    rates = [float(cosine_with_warmup(tf.constant(float(i)), 110, 0.5, 10 / 110)) for i in range(111)]
    np.testing.assert_allclose(rates[:10], 0.05 * np.arange(1, 11), rtol=1e-6)
    assert rates[60] == pytest.approx(0.25, abs=1e-6)
    assert rates[110] == pytest.approx(0.0, abs=1e-6)
    assert np.argmax(rates) == 9
