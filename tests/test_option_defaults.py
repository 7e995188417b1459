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


@pytest.mark.parametrize(("kind", "name"), DEFAULTS)
def test_an_option_that_is_left_out_has_its_default(kind, name):
    fields = options.fields(discovery.load(kind, name))
    defaults = {name: field.default for name, field in fields.items()}
    assert {name: default for name, default in defaults.items() if default is not None} == DEFAULTS[kind, name]
