"""The defaults of options are part of the interface: a run without options must stay the run that it was."""

import pytest

from nasplug.loading import discovery, options

DEFAULTS = {
    ("middleware", "budget"): {},
    ("middleware", "cache"): {},
    ("middleware", "log"): {},
    ("middleware", "processes"): {},
    ("middleware", "ray"): {"address": "local", "cpus": 1.0, "gpus": 0.0, "tpu": 0.0, "attempts": 2, "growing": False},
    ("strategy", "random"): {"distinct": True},
    ("strategy", "regularized_evolution"): {"population": 100, "tournament": 10},
    ("strategy", "neural_predictor"): {"pool": 10_000, "shortlist": 20_000, "preset": "best", "device": "cpu"},
}

OUTSIDE_IDENTITY = {
    ("middleware", "log"): {"path"},
    ("middleware", "processes"): {"memory"},
    ("middleware", "ray"): {"address", "cpus", "gpus", "tpu", "attempts", "growing"},
    ("space", "nasbench101"): {"table"},
    ("space", "proxyless"): {"data", "accelerator", "tpu", "checkpoints", "checkpoint_steps", "tensorboard", "threads"},
    ("strategy", "neural_predictor"): {"device"},
}


@pytest.mark.parametrize(("kind", "name"), DEFAULTS)
def test_an_option_that_is_left_out_has_its_default(kind, name):
    fields = options.fields(discovery.load(kind, name))
    defaults = {name: field.default for name, field in fields.items()}
    assert {name: default for name, default in defaults.items() if default is not None} == DEFAULTS[kind, name]


@pytest.mark.parametrize(("kind", "name"), {**DEFAULTS, **OUTSIDE_IDENTITY})
def test_a_run_may_be_resumed_with_another_value_of_what_decides_no_result(kind, name):
    plugin = discovery.load(kind, name)
    assert options.outside_identity(plugin) == OUTSIDE_IDENTITY.get((kind, name), set())
