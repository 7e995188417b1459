"""TF1 RMSProp, against the same formula in numpy."""

import numpy as np
import pytest

from nasplug.training import configure
from nasplug.training.backend import tf
from nasplug.training.optimization import RMSProp, cosine_with_warmup

DECAY, MOMENTUM, EPSILON, RATE = 0.9, 0.9, 0.1, 0.05


def reference(w, gradients):
    """Fifty steps in float64: ε inside the root, the accumulator starts at one."""
    s, m = np.ones_like(w), np.zeros_like(w)
    for g in gradients:
        s = DECAY * s + (1 - DECAY) * g * g
        m = MOMENTUM * m + RATE * g / np.sqrt(s + EPSILON)
        w = w - m
    return w


def test_fifty_steps_equal_the_numpy_reference():
    configure()
    rng = np.random.default_rng(0)
    start, gradients = rng.standard_normal(7) * 0.1, rng.standard_normal((50, 7)) * 0.1
    variable = tf.Variable(start, dtype=tf.float64)
    optimizer = RMSProp([variable], DECAY, MOMENTUM, EPSILON)
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient)], tf.constant(RATE, tf.float64))
    np.testing.assert_allclose(variable.numpy(), reference(start, gradients), atol=1e-6, rtol=0)


def test_the_first_step_shows_where_epsilon_stands_and_where_the_accumulator_starts():
    configure()
    variable = tf.Variable([0.0])
    RMSProp([variable], DECAY, MOMENTUM, EPSILON).apply([tf.constant([1.0])], tf.constant(1.0))
    np.testing.assert_allclose(variable.numpy(), [-1 / np.sqrt(1.1)], rtol=1e-6)


def test_the_learning_rate_rises_in_a_line_and_falls_in_a_cosine_to_zero():
    configure()
    rates = [float(cosine_with_warmup(tf.constant(float(i)), 110, 0.5, 10 / 110)) for i in range(111)]
    np.testing.assert_allclose(rates[:10], 0.05 * np.arange(1, 11), rtol=1e-6)
    assert rates[60] == pytest.approx(0.25, abs=1e-6)
    assert rates[110] == pytest.approx(0.0, abs=1e-6)
    assert np.argmax(rates) == 9
