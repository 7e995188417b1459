"""The budget middleware ends a search by cost, time or success, and keeps what has begun."""

import time
from itertools import pairwise

import pytest
import toy

import nasplug
from nasplug import hookimpl
from nasplug.errors import OptionError


@pytest.mark.parametrize(
    ("bound", "trials", "reason"),
    [
        ("max_cost=5", 3, "the trials cost 6 s of training, the bound is 5 s"),
        ("target=95", 64, "trial 63 reached 95."),
        ("max_seconds=0.2", None, "the search has lasted 0.2 s"),
    ],
)
def test_each_bound_ends_the_search_with_its_reason(bound, trials, reason):
    space = toy.ToySpace(seconds=0.05 if "seconds" in bound else 0.0)
    result = nasplug.search(space, "toy:Grid", budget=1000, middleware=[f"budget:{bound}"])
    searched = [trial for trial in result.trials if trial.purpose == "search"]
    assert reason in result.reason
    assert len(searched) == trials or (trials is None and 2 <= len(searched) <= 5)
    assert result.best.test is not None


class Thinks(toy.Grid):
    """Takes its time to suggest, also what a resumed run replays."""

    @hookimpl
    def suggest(self, run, count):
        time.sleep(0.02)
        return super().suggest(run, count)


def test_what_a_resume_replays_does_not_count_as_search(tmp_path):
    bound = {"budget": 60, "middleware": ["budget:max_seconds=0.2"]}
    stored = {"storage": f"{tmp_path}/runs.db", "name": "thinks"}
    counts = [len(nasplug.search(toy.ToySpace(), Thinks(), resume=bool(i), **bound, **stored).trials) for i in range(4)]
    assert all(more >= fewer + 4 for fewer, more in pairwise(counts)), counts


def test_a_batch_that_has_begun_is_kept_whole():
    result = nasplug.search(toy.ToySpace(), "toy:Grid", budget=1000, batch=4, middleware=["budget:max_cost=3"])
    assert len(result.trials) == 4 + 1


def test_a_bound_must_be_positive():
    with pytest.raises(OptionError, match="'max_cost' must be > 0"):
        nasplug.search(toy.ToySpace(), "toy:Grid", middleware=["budget:max_cost=0"])
