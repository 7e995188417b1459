"""Any strategy on any space: every pair of the installed ones, really trained, on networks made small for the test."""

import pytest

import nasplug

SPACES = {
    "proxyless": {"task": "fashion-mnist", "width": 0.1, "resolution": 28, "epochs": 1, "repeats": 1},
    "nasbench101": {"evaluator": "train", "channels": 8, "stacks": 1, "epochs": 1},
}
STRATEGIES = {
    "random": {},
    "regularized_evolution": {"population": 2, "tournament": 2},
    "neural_predictor": {"n": 2, "pool": 50, "epochs": 20, "size": 8, "layers": 2, "stages": 1},
}


@pytest.mark.slow
@pytest.mark.usefixtures("few_images")
@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_searches_every_space(space, strategy):
    options = {"space_options": SPACES[space], "strategy_options": STRATEGIES[strategy]}
    result = nasplug.search(space, strategy, budget=3, epochs=1, confirm="off", **options)
    assert [(trial.state, trial.error) for trial in result.trials] == [("complete", None)] * 4
    assert {trial.evaluation.source for trial in result.trials} == {"trained"}
    if strategy != "regularized_evolution":  # a mutation may lead to an isomorphic cell
        assert len({trial.canonical for trial in result.trials[:3]}) == 3
    assert 5.0 < result.best.test <= 100.0
    assert result.best.metrics["parameters"] > 0
