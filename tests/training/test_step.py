"""The compiled step: XLA with static shapes, and bfloat16."""

import attrs
import numpy as np
import pytest
from small import FEW, RECIPE, Dropping, Small

from nasplug.training import configure, train
from nasplug.training.step import TrainingStep

configure()


def losses(recipe, steps=8, network=Small):
    step = TrainingStep(network(np.random.default_rng(0)), FEW, recipe, steps)
    batches = FEW.training_batches("search", recipe.batch, 1, 0)
    return [float(step(*batch, number)) for number, batch in zip(range(steps), batches, strict=False)]


@pytest.mark.slow
def test_xla_compiles_the_step_to_the_same_losses():
    np.testing.assert_allclose(losses(attrs.evolve(RECIPE, xla=True)), losses(RECIPE), rtol=1e-4)


@pytest.mark.slow
def test_xla_compiles_dropout_and_repeats_it():
    """XLA makes floats of random bits in another way, so that it drops other features."""
    compiled = attrs.evolve(RECIPE, xla=True)
    first, again = (losses(compiled, network=Dropping) for _ in range(2))
    assert first == again
    assert abs(first[0] / losses(compiled)[0] - 1) > 1e-4
    np.testing.assert_allclose(first, losses(RECIPE, network=Dropping), rtol=0.02)


def test_bfloat16_computes_in_bfloat16_and_keeps_float32_weights():
    recipe = attrs.evolve(RECIPE, precision="bfloat16")
    half, full = losses(recipe), losses(RECIPE)
    assert half != full
    np.testing.assert_allclose(half, full, rtol=0.02)
    step = TrainingStep(Small(np.random.default_rng(0)), FEW, recipe, 8)
    kinds = {op.type: op.inputs[0].dtype.name for op in step.compiled.graph.get_operations() if op.inputs}
    assert kinds["Conv2D"] == kinds["DepthwiseConv2dNative"] == kinds["FusedBatchNormV3"] == "bfloat16"
    assert {v.dtype.name for v in step.network.variables} == {"float32"}


def test_bfloat16_learns_as_float32_does():
    full, half = (
        train(Small, FEW, attrs.evolve(RECIPE, precision=precision), "search", 5, 3)
        for precision in ("float32", "bfloat16")
    )
    assert half.accuracy == pytest.approx(full.accuracy, abs=5.0)
