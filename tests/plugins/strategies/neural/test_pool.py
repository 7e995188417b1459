"""What is ranked: the whole space, what lies in a window, random ones, or nothing; and what a predictor sees of it."""

from collections.abc import Iterable
from itertools import islice

import attrs
import numpy as np
import pytest
import torch
from nasplug_strategies.distinct import Distinct
from nasplug_strategies.neural import ranking
from nasplug_strategies.neural.pool import Candidates, Pool, Ranking, inside
from nasplug_strategies.neural.strategy import NeuralPredictorSearch
from nasplug_strategies.predictor import NeuralPredictor
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

import nasplug
from nasplug import Architecture, hookimpl
from nasplug.loading import manager
from nasplug.testing import Toy

QUICK = {"n": 10, "epochs": 5, "size": 8}


def test_a_large_space_is_not_measured_as_a_whole(toy_space):
    class Measured(toy_space):
        measured = 0

        @hookimpl
        def measure_latency(self, architecture, device):
            self.measured += 1
            return super().measure_latency(architecture, device)

    space, strategy = Measured(enumerable=True), NeuralPredictorSearch(pool=40, **QUICK)
    result = nasplug.search(space, strategy, budget=16, device="cpu", latency=(4.0, 8.0))
    assert all(4.0 <= trial.latency <= 8.0 for trial in result.trials)
    assert len(result.trials) == 17
    assert space.measured < 1000


@pytest.mark.parametrize("preset", ["paper", "best"])
def test_a_search_ends_where_a_space_that_does_not_enumerate_has_nothing_new(toy_space, preset):
    class Few(toy_space):
        @hookimpl
        def sample(self, rng):
            return Architecture(self.name, (int(rng.integers(3)), 0, 0, *[1] * 10))

    strategy = NeuralPredictorSearch(preset=preset, **QUICK | {"n": 3})
    result = nasplug.search(Few(), strategy, budget=20)
    assert sorted(trial.architecture.code[0] for trial in result.trials if trial.purpose == "search") == [0, 1, 2]
    assert [trial.error for trial in result.trials] == [None] * 4


def test_random_ones_are_networks_that_differ_and_are_not_known(toy_space, fake_run):
    space, known = toy_space(), Distinct()
    run = fake_run(space)
    paid = {space.canonical(architecture) for architecture in known.sample(space, run.rng, 100)}
    pool = Pool.for_run(run, 1500, known, run.rng)  # of fewer than 3,000 networks, so that many samples repeat
    forms = [space.canonical(architecture) for architecture in pool.architectures]
    assert len(set(forms)) == len(forms) == 1500
    assert paid.isdisjoint(forms)


def test_a_search_ends_where_nothing_lies_in_the_window(toy_space, fake_run):
    run = fake_run(toy_space(enumerable=True), latency_window=(90.0, 91.0))
    assert Pool.for_run(run, 30_000, Distinct(), run.rng) is None


@attrs.define(eq=False)
class Counted(Toy):
    encoded: int = attrs.field(default=0, init=False)

    @hookimpl
    def encode_graph(self, architectures):
        self.encoded += len(architectures)
        return super().encode_graph(architectures)


def test_a_space_is_encoded_once_for_all_repeats_on_it(fake_run):
    def pool(space, *middleware):
        run = fake_run(manager.build(space).hook, space=space, middleware=middleware)
        return Pool.for_run(run, 10, Distinct(), run.rng)

    space = Counted(layers=3)
    first = pool(space)
    assert len(first.architectures) == space.encoded == 4 * 10
    assert pool(space) is first
    assert pool(Counted(layers=3)) is not first
    assert pool(space, "one that may know other architectures") is not first
    space.layers = 4
    assert len(pool(space).architectures) == 4 * 40


@pytest.mark.parametrize("preset", ["paper", "best"])
def test_the_papers_predictor_sees_no_features(preset, toy_space, monkeypatch):
    class Featured(toy_space):
        @hookimpl
        def features(self, architectures):
            return np.array([architecture.code[:1] for architecture in architectures], np.float32)

    class Spy(NeuralPredictor):
        def fit(self, batch, accuracy, features=None):
            seen.append(features)
            return super().fit(batch, accuracy, features)

    seen = []
    monkeypatch.setattr(ranking, "NeuralPredictor", Spy)
    nasplug.search(Featured(), NeuralPredictorSearch(preset=preset, pool=40, **QUICK), budget=12)
    assert [None if features is None else features.shape for features in seen] == [
        None if preset == "paper" else (10, 1)
    ]


SIZE = 6
ARCHITECTURES = [Architecture(space="toy", code=(number,)) for number in range(SIZE)]


def numbered_pool() -> Pool:
    """Returns six architectures, numbered, whose graphs are single nodes."""
    graphs = Graphs(torch.ones(SIZE, 1, 1), torch.zeros(SIZE, 1, 1, dtype=torch.bool), torch.ones(SIZE, 1).bool())
    return Pool(ARCHITECTURES, graphs, None)


def numbers(found: Iterable[Architecture]) -> list[int]:
    return [architecture.code[0] for architecture in found]


def test_the_rows_of_a_pool_keep_their_graphs_and_features():
    whole = Pool(ARCHITECTURES, numbered_pool().graphs, np.arange(12.0).reshape(6, 2))
    some = whole[[4, 1]]
    assert numbers(some.architectures) == [4, 1]
    assert some.features.tolist() == [[8, 9], [2, 3]]
    assert len(some.graphs) == 2
    assert whole[[0]].inputs("paper")[1] is None
    assert whole[[0]].inputs("best")[1].tolist() == [[0, 1]]
    assert numbered_pool()[[0]].features is None


def test_a_pool_is_encoded_in_parts(toy_space, monkeypatch):
    class Sized(toy_space):
        sizes = ()

        @hookimpl
        def encode_graph(self, architectures):
            self.sizes = (*self.sizes, len(architectures))
            return super().encode_graph(architectures)

        @hookimpl
        def features(self, architectures):
            return np.array([architecture.code for architecture in architectures], np.float32)

    space = Sized()
    architectures = [space.sample(np.random.default_rng(seed)) for seed in range(7)]
    monkeypatch.setattr("nasplug_strategies.neural.pool.ENCODED_AT_ONCE", 3)
    pool = Pool.encoded(space, architectures)
    assert space.sizes == (3, 3, 1)
    assert pool.features.tolist() == [list(architecture.code) for architecture in architectures]
    assert torch.equal(pool.graphs.x, Pool.encoded(toy_space(), architectures).graphs.x)


@pytest.mark.parametrize(("size", "whole"), [(3, True), (2, False)])
def test_a_window_measures_all_of_a_space_of_at_most_size_architectures(size, whole, toy_space, fake_run):
    class Three(toy_space):
        @hookimpl
        def enumerate_space(self):
            return iter(Architecture(self.name, (i, 0, 0, *[1] * 10)) for i in range(3))

    run = fake_run(Three(), latency_window=(10.0, 11.0))
    codes = {architecture.code[0] for architecture in Pool.for_run(run, size, Distinct(), run.rng).architectures}
    assert (codes == {0, 1}) == whole


def test_both_ends_of_a_window_are_inside(toy_space, fake_run):
    run = fake_run(toy_space(), latency_window=(10.0, 11.0))
    architectures = [Architecture("toycells", (i, 0, *[1] * 9)) for i in range(4)]
    assert [a.code[0] for a in inside(run, architectures)] == [1, 2]
    run = fake_run(toy_space(), latency_window=None)
    assert list(inside(run, architectures)) == architectures


def test_random_ones_are_at_most_size_and_none_is_no_pool(toy_space, fake_run):
    class One(toy_space):
        @hookimpl
        def sample(self, rng):
            return Architecture(self.name, (0, 0, 0, *[1] * 10))

    run = fake_run(One())
    known = Distinct({One().canonical(One().sample(run.rng))})
    assert len(Pool.for_run(run, 5, Distinct(), run.rng).architectures) == 1
    assert Pool.for_run(run, 5, known, run.rng) is None


def test_candidates_are_a_function_of_the_seed_and_of_the_trials_before_the_first_fit(toy_space, fake_run, make_trial):
    space, rng = toy_space(), np.random.default_rng(3)
    trials = [make_trial(number, space.sample(rng), 80.0) for number in range(30)]
    early, late, other = (
        Candidates.of_run(fake_run(space, trials[:count], seed=seed), 20, 50)
        for count, seed in ((20, 4), (30, 4), (30, 5))
    )
    assert early.pool.architectures == late.pool.architectures != other.pool.architectures
    run, another = fake_run(space, trials, seed=4), fake_run(space, trials[:20], seed=4)
    for fit in (20, 20, 24):
        assert early.generator(run, fit).random() == late.generator(another, fit).random()
    assert late.generator(run, 20).random() != late.generator(run, 24).random()


def test_a_ranking_passes_what_is_known_and_asks_for_each_form_once(toy_space):
    class Counted(toy_space):
        asked = 0

        def canonical(self, architecture):
            self.asked += 1
            return super().canonical(architecture)

    space = Counted()
    architectures = [Architecture("toycells", (i % 3, i // 3, 0, *[1] * 10)) for i in range(9)]
    distinct = list({space.canonical(a): a for a in architectures}.values())
    ranking, space.asked = Ranking(7, iter(architectures)), 0
    for count in (1, 2, len(distinct)):  # the same every time, as nothing is pending or told
        assert list(islice(ranking.new(space, Distinct()), count)) == distinct[:count]
    assert space.asked <= len(architectures)
    known = Distinct({space.canonical(distinct[0])})
    assert list(ranking.new(space, known)) == distinct[1:]
    assert list(ranking.new(space, known)) == []
