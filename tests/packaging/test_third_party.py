"""A space of somebody else, pip-installed beside ours, runs with every strategy."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # builds wheels and a virtual environment
LADDER = Path(__file__).resolve().parents[1] / "third_party" / "ladder"


@pytest.fixture(scope="module", autouse=True)
def _ladder(install):
    install(str(LADDER))


def test_it_is_listed_with_its_distribution(fresh_nasplug):
    listed = json.loads(fresh_nasplug("list", "spaces", "--json").stdout)
    assert {("ladder", "nasplug-ladder", "0.3")} <= {(p["name"], p["distribution"], p["version"]) for p in listed}


@pytest.mark.parametrize("strategy", ["random", "regularized_evolution", "neural_predictor"])
def test_every_strategy_searches_it(fresh_nasplug, strategy):
    more = ("--strategy-opt", "n=12") if strategy == "neural_predictor" else ()
    done = fresh_nasplug("run", "--space", "ladder", "--strategy", strategy, "--budget", "20", *more, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["trials"], found["best"]["architecture"].partition(":")[0]) == (20, "ladder")


def test_its_options_and_limits_are_told(fresh_nasplug):
    assert "how many operations a ladder has" in fresh_nasplug("show", "ladder").stdout
    asked = ("run", "--space", "ladder", "--strategy", "random", "--device", "pixel1")
    refused = fresh_nasplug(*asked)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert "'ladder' cannot tell latencies on the device 'pixel1'" in refused.stderr
