"""Latency on this machine beside trainings, in one process as `nasplug run --device host` has it."""

import os
import subprocess
import sys

import pytest
from paths import HELPERS

SEARCH = """
import nasplug

found = nasplug.search("{space}", "random", budget=1, epochs=1, device="host", space_options={options})
print([(trial.error, trial.latency > 0, trial.evaluation.source) for trial in found.trials])
"""
BUILT = """
import nasplug
import numpy as np

space = nasplug.space("{space}", **{options})
architecture = space.sample(rng=np.random.default_rng(0))
assert space.build_network(architecture=architecture).trainable_variables
print(space.evaluate(architecture=architecture, purpose="search", epochs=1, seed=0).source)
"""
THIN = {"task": "stripes_task:stripes", "width": 0.1, "resolution": 8, "repeats": 1, "threads": 1}
CELLS = {"evaluator": "train", "channels": 8, "stacks": 1}
SPACES = [("thin_proxyless:ThinProxyless", THIN), ("nasbench101", CELLS)]


def in_a_fresh_process(script):
    env = {**os.environ, "PYTHONPATH": str(HELPERS)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize(("space", "options"), SPACES)
def test_a_search_measures_on_this_machine_and_trains(space, options):
    assert in_a_fresh_process(SEARCH.format(space=space, options=options)) == str([(None, True, "trained")] * 2)


@pytest.mark.slow
@pytest.mark.parametrize(("space", "options"), SPACES)
def test_a_network_may_be_built_before_the_first_training(space, options):
    assert in_a_fresh_process(BUILT.format(space=space, options=options)) == "trained"
