"""The defaults of options are part of the interface: a run without options must stay the run that it was."""

import pytest

from nasplug.loading import discovery, options

NOTHING = dict.fromkeys(
    "n k refit explore kind stages threshold percentile normalisation layers size hidden members loss epochs minibatch "
    "lr classifier_lr weight_decay dropout paper".split()
)
DEFAULTS = {
    ("middleware", "budget"): {"max_cost": None, "max_seconds": None, "target": None},
    ("middleware", "cache"): {},
    ("middleware", "log"): {"path": None},
    ("middleware", "processes"): {"memory": None},
    ("middleware", "ray"): {"address": "local", "cpus": 1.0, "gpus": 0.0, "tpu": 0.0, "attempts": 2, "growing": False},
    ("strategy", "random"): {"distinct": True},
    ("strategy", "regularized_evolution"): {"population": 100, "tournament": 10},
    ("strategy", "neural_predictor"): NOTHING | {"pool": 10_000, "shortlist": 20_000, "preset": "best", "device": "cpu"},
}


@pytest.mark.parametrize(("kind", "name"), DEFAULTS)
def test_an_option_that_is_left_out_has_its_default(kind, name):
    fields = options.fields(discovery.load(kind, name))
    assert {name: field.default for name, field in fields.items()} == DEFAULTS[kind, name]
