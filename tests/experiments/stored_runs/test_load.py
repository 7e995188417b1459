"""Stored runs are loaded whole, and their plugins are made again."""

import attrs
import pytest

from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.errors import DiscoveryError, StorageError
from nasplug.experiments.stored_runs.load import load_run, remake_run, require_complete_trials
from nasplug.types import Objective

RUN = ("run", "--space", "toy:ToySpace", "--strategy", "random", "--budget", "3", "--name", "r")


@pytest.fixture
def loaded(invoke):
    assert invoke(*RUN, "--space-opt", "value=33").returncode == 0
    return load_run("nasplug.db", "r")


def test_a_loaded_run_has_its_trials_in_their_order(loaded):
    assert (loaded.run.name, [t.number for t in loaded.trials]) == ("r", [0, 1, 2, 3])


def test_only_complete_search_trials_are_complete(loaded):
    failed = attrs.evolve(loaded.trials[0], state="failed", evaluation=None, error="lost\n  where")
    assert require_complete_trials([failed, *loaded.trials[1:]], "r") == loaded.trials[1:3]
    with pytest.raises(StorageError, match="The run 'r' has no complete trial: 1 failed. The first: lost$"):
        require_complete_trials([failed], "r")
    with pytest.raises(StorageError, match=r"no complete trial yet \(running since noon\): 1 failed. The first: lost$"):
        require_complete_trials([failed], "r", "running since noon")


def test_a_run_of_version_0_1_searched_for_accuracy_without_limits(loaded):
    for name in ("objective", "objectives", "limits"):
        del loaded.run.settings[name]
    assert loaded.goal == DEFAULT_GOAL


def test_a_loaded_run_has_its_objectives_and_limits(invoke):
    more = ("--objective", "perplexity", "--objective", "size:min", "--limit", "size<=0")
    invoke("run", "--space", "objective_spaces:Perplexity", *RUN[3:], *more)
    loaded = load_run("nasplug.db", "r")
    perplexity = Objective("perplexity", direction="min", low=1.0)
    assert loaded.goal == Goal.of(["perplexity", "size:min"], ["size<=0"], perplexity)
    assert remake_run(loaded).goal == loaded.goal
    with pytest.raises(StorageError, match=r"^In the run 'r', no trial keeps the limit size<=0: the nearest is toy:"):
        loaded.require_complete_trials()


def test_a_run_is_made_again_with_its_options_and_without_its_trials(loaded):
    run = remake_run(loaded)
    assert (run.name, run.trials, run.space.value) == ("r", [], 33.0)
    assert (run.settings.seed, run.settings.budget) == (0, 3)


def test_options_that_are_lists_in_the_database_are_tuples_again(loaded, monkeypatch):
    options_given = {}
    monkeypatch.setattr(
        "nasplug.engine.selection.Selection.of",
        lambda space, strategy, *options: options_given.update(options[0]) or 1 / 0,
    )
    loaded.run.settings["space_options"] = {"sizes": [1, 2], "value": 3}
    with pytest.raises(ZeroDivisionError):
        remake_run(loaded)
    assert options_given == {"sizes": (1, 2), "value": 3}


def test_a_safe_run_is_not_made_of_what_nobody_trusts(loaded):
    with pytest.raises(DiscoveryError, match="--safe refuses the space 'toy:ToySpace'"):
        remake_run(loaded, safe=True)
