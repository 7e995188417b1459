"""The strategy of the Neural Predictor on the toy space, through a fake run and through the real loop."""

import logging
import math
import re
import subprocess
import sys
from itertools import product

import attrs
import numpy as np
import pytest
import torch
from nasplug_strategies.neural.pool import Pool
from nasplug_strategies.neural.strategy import NeuralPredictorSearch
from nasplug_strategies.predictor import NeuralPredictor
from nasplug_strategies.predictor.settings import PredictorError
from nasplug_strategies.random_search import RandomSearch
from torch_geometric.data import Batch, Data

import nasplug
from nasplug import Architecture, Evaluation, hookimpl
from nasplug.errors import OptionError
from nasplug.loading import options
from nasplug.testing import Toy

QUICK = {"preset": "paper", "size": 24, "epochs": 60, "lr": 3e-3, "stages": 1, "refit": 0}


class Driver:
    """Calls a strategy as the loop does: suggest, evaluate, tell."""

    def __init__(self, space, strategy, fake_run, make_trial, value, batch=1, **more):
        self.space, self.strategy, self.make_trial, self.value, self.batch = space, strategy, make_trial, value, batch
        self.run = fake_run(space, **more)

    def step(self):
        self.run.rng = np.random.default_rng((self.run.seed, len(self.run.trials)))
        suggested = self.strategy.suggest(self.run, self.batch)
        for a in suggested:
            self.run.trials.append(self.make_trial(len(self.run.trials), a, self.value(a), self.space.canonical(a)))
            self.strategy.on_trial(self.run, self.run.trials[-1])
        return suggested

    def steps(self, trials):
        while len(self.run.trials) < trials and self.step():
            pass
        return [t.architecture for t in self.run.trials]


@pytest.fixture
def drive(toy_space, toy_accuracy, fake_run, make_trial):
    def make(strategy, space=None, value=toy_accuracy, **more):
        return Driver(space or toy_space(), strategy, fake_run, make_trial, value, **more)

    return make


def test_no_network_is_paid_for_twice(drive):
    driver = drive(NeuralPredictorSearch(n=40, pool=300, **QUICK), batch=7)
    suggested = driver.steps(80)
    assert len({driver.space.canonical(a) for a in suggested}) == len(suggested) >= 80


def test_the_ranking_is_used(drive, toy_accuracy):
    suggested = drive(NeuralPredictorSearch(n=40, pool=500, **QUICK)).steps(60)
    values = [toy_accuracy(a) for a in suggested]
    assert np.mean(values[40:]) > np.mean(values[:40]) + 2 * np.std(values[:40])


def test_the_best_predicted_comes_first(drive, toy_space, toy_accuracy):
    driver = drive(NeuralPredictorSearch(n=60, **QUICK), space=toy_space(enumerable=True))
    driver.steps(61)
    learned, pool = driver.run.trials[:60], list(driver.space.enumerate_space())
    settings = {name: value for name, value in QUICK.items() if name != "refit"}
    predictor = NeuralPredictor(seed=0, **settings)
    predictor.fit(Pool.encoded(driver.space, [t.architecture for t in learned]).graphs, [t.accuracy for t in learned])
    predicted = predictor.predict(Pool.encoded(driver.space, pool).graphs)
    paid = {t.canonical for t in learned}
    fresh = [a for _, a in sorted(zip(-predicted, pool, strict=True), key=lambda pair: pair[0])]
    best = next(a for a in fresh if driver.space.canonical(a) not in paid)
    assert driver.space.canonical(driver.run.trials[60].architecture) == driver.space.canonical(best)


def test_replaying_the_trials_gives_the_same_suggestions(drive):
    first = drive(NeuralPredictorSearch(n=30, pool=200, **QUICK), batch=3).steps(45)
    assert drive(NeuralPredictorSearch(n=30, pool=200, **QUICK), batch=3).steps(45) == first
    assert drive(NeuralPredictorSearch(n=30, pool=200, **QUICK), batch=3, seed=1).steps(45) != first


def test_trials_told_without_a_suggestion_count(drive, toy_space, toy_accuracy, fake_run, make_trial):
    driver = drive(NeuralPredictorSearch(n=30, pool=200, **QUICK))
    driver.steps(40)
    later = NeuralPredictorSearch(n=30, pool=200, **QUICK)
    for trial in driver.run.trials:
        later.on_trial(driver.run, trial)
    suggested = later.suggest(driver.run, 2)
    paid = {trial.canonical for trial in driver.run.trials}
    assert len(suggested) == 2
    assert paid.isdisjoint(driver.space.canonical(a) for a in suggested)


def test_k_bounds_the_second_phase_and_the_search_ends(drive):
    assert len(drive(NeuralPredictorSearch(n=20, k=5, pool=100, **QUICK), batch=4).steps(1000)) == 25


def test_refits_do_not_move_the_end(drive):
    assert len(drive(NeuralPredictorSearch(n=20, k=5, pool=100, **QUICK | {"refit": 2})).steps(1000)) == 25


@pytest.mark.parametrize("known", [3, 7, 10])
def test_k_is_kept_where_all_trials_are_told_before_the_first_suggestion(drive, known):
    """As a resumed asynchronous run does."""
    first = drive(NeuralPredictorSearch(n=6, k=4, pool=100, **QUICK))
    first.steps(known)
    later = drive(NeuralPredictorSearch(n=6, k=4, pool=100, **QUICK))
    for trial in first.run.trials:
        later.run.trials.append(trial)
        later.strategy.on_trial(later.run, trial)
    assert len(later.steps(1000)) == 10


@pytest.mark.parametrize(("known", "random"), [(4, 6), (10, 0), (30, 0)])
def test_trials_that_were_known_take_the_place_of_random_ones_and_are_none_of_the_k(
    known, random, drive, make_trial, toy_space, toy_accuracy, ranked
):
    driver = drive(NeuralPredictorSearch(n=10, k=5, refit=0, pool=100))
    earlier = [toy_space().sample(np.random.default_rng(seed)) for seed in range(known)]
    driver.run.known = [make_trial(-1 - i, a, toy_accuracy(a)) for i, a in enumerate(earlier)]
    driver.run.trials.extend(driver.run.known)
    assert len(driver.steps(1000)) == known + random + 5
    assert [call[0] for call in ranked] == [10]


def test_random_ones_in_the_place_of_failures_are_none_of_the_k(drive, toy_accuracy):
    driver = drive(NeuralPredictorSearch(n=5, k=5, pool=100, **QUICK), value=lambda a: None)
    driver.steps(9)
    driver.value = toy_accuracy
    assert len(driver.steps(1000)) == 9 + 2 + 5  # failed, complete, predicted


def test_the_pool_bounds_the_search_which_is_said(drive, caplog):
    caplog.set_level(logging.INFO, "nasplug")
    assert len(drive(NeuralPredictorSearch(n=20, pool=30, **QUICK), batch=8).steps(1000)) == 50
    assert "all architectures of the pool are trained: a larger pool than 30 would go on" in caplog.text


def test_n_is_at_most_two_thirds_of_the_budget(drive):
    first = {
        preset: [NeuralPredictorSearch(preset=preset).predicts_from(budget, 1) for budget in (None, 1, 10, 100, 1000)]
        for preset in ("paper", "best")
    }
    assert first == {"paper": [172, 1, 7, 67, 172], "best": [40, 1, 7, 40, 40]}


def test_what_the_budget_leaves_for_n_is_a_whole_number_of_batches():
    assert [NeuralPredictorSearch().predicts_from(8, batch) for batch in (1, 2, 4, 8)] == [5, 4, 4, 5]
    assert [NeuralPredictorSearch().predicts_from(budget, 16) for budget in (40, 90)] == [16, 40]


def test_failed_trials_are_survived(drive, toy_accuracy):
    driver = drive(
        NeuralPredictorSearch(n=30, pool=200, **QUICK), value=lambda a: toy_accuracy(a) if a.code[0] else None
    )
    suggested = driver.steps(50)
    assert len(suggested) == 50
    assert {t.state for t in driver.run.trials} == {"complete", "failed"}


def test_more_random_ones_are_drawn_until_two_are_complete(drive, toy_accuracy):
    driver = drive(NeuralPredictorSearch(n=5, pool=50, **QUICK), value=lambda a: None)
    driver.steps(9)
    driver.value = toy_accuracy
    assert len(driver.steps(15)) == 15


def test_a_fit_waits_for_pending_trials(drive, toy_accuracy):
    driver = drive(NeuralPredictorSearch(n=4, pool=50, **QUICK), batch=4)
    driver.run.rng = np.random.default_rng(0)
    driver.run.pending = handed = driver.strategy.suggest(driver.run, 4)
    assert len(handed) == 4
    assert driver.strategy.suggest(driver.run, 4) == []
    driver.run.trials, driver.run.pending = [driver.make_trial(i, a, toy_accuracy(a)) for i, a in enumerate(handed)], ()
    assert len(driver.strategy.suggest(driver.run, 4)) == 4


def test_between_fits_it_goes_on_while_trials_are_pending(drive, ranked):
    driver = drive(NeuralPredictorSearch(n=4, refit=6, pool=50))
    driver.steps(4)
    pending = ()
    for _ in range(6):
        driver.run.pending = pending
        pending += tuple(driver.strategy.suggest(driver.run, 1))
    assert len({driver.space.canonical(a) for a in pending}) == 6
    driver.run.pending = pending
    assert driver.strategy.suggest(driver.run, 1) == []  # the next fit waits for them


def test_refit_learns_from_the_chosen_ones(drive, caplog):
    caplog.set_level(logging.INFO, "nasplug")
    drive(NeuralPredictorSearch(n=20, pool=100, **QUICK | {"refit": 4}), batch=3).steps(33)
    fits = [record.args[0] for record in caplog.records if "predictor fitted" in record.message]
    assert fits == [20, 24, 28, 32]
    assert "are trained" not in caplog.text  # the pool has more


def test_the_first_fit_ranks_the_whole_pool_and_later_ones_a_short_list(drive, caplog):
    caplog.set_level(logging.INFO, "nasplug")
    drive(NeuralPredictorSearch(n=10, pool=200, shortlist=30, **QUICK | {"refit": 4})).steps(28)
    ranked = [record.args[2] for record in caplog.records if "predictor fitted" in record.message]
    assert ranked == [200, 30, 30, 30, 30]  # after 10, 14, 18, 22 and 26 trials


@pytest.mark.parametrize(("told", "refit"), [(10, 4), (21, 4), (200, 50)])
def test_a_resume_fits_once_and_goes_on_as_the_run_would(drive, fake_run, monkeypatch, told, refit):
    fits, fit = [], NeuralPredictor.fit
    options = {"n": 10, "pool": 400, "shortlist": 60, "refit": refit, "size": 8, "epochs": 2, "members": 2}
    driver = drive(NeuralPredictorSearch(**options))
    driver.steps(told)
    resumed = NeuralPredictorSearch(**options)
    run = fake_run(driver.space)
    resumed.on_start(run)
    monkeypatch.setattr(NeuralPredictor, "fit", lambda self, *given: fits.append(self) or fit(self, *given))
    for trial in driver.run.trials:
        run.trials.append(trial)
        resumed.on_trial(run, trial)
    assert fits == []
    run.rng = np.random.default_rng((0, told))
    suggested = resumed.suggest(run, 1)
    assert len(fits) == 1
    assert suggested == driver.step()


LARGE = {"n": 20, "refit": 10, "pool": 300, "size": 8, "epochs": 2, "members": 2}


class Unlisted(Toy):
    """A toy space that does not enumerate."""

    @hookimpl
    def enumerate_space(self):
        return None


def best_of(strategy, seed, **run):
    result = nasplug.search(Unlisted(layers=10, operations=5), strategy, budget=50, seed=seed, **run)
    assert [trial.error for trial in result.trials] == [None] * len(result.trials)
    return max(trial.accuracy for trial in result.trials if trial.purpose == "search")


@pytest.mark.slow
def test_a_pool_that_grows_holds_better_networks_than_a_random_one_of_the_same_size():
    grown, random = (
        [best_of(NeuralPredictorSearch(mutants=share, **LARGE), seed) for seed in range(4)] for share in (None, 0.0)
    )
    assert sum(grown) > sum(random) + 4 * 1.0  # percent in each search


def test_the_papers_strategy_predicts_random_networks_alone():
    paper = {**LARGE, "preset": "paper", "refit": 10}
    assert best_of(NeuralPredictorSearch(**paper), 0) == best_of(NeuralPredictorSearch(mutants=0.0, **paper), 0)


def test_what_a_grown_pool_suggests_lies_inside_the_bounds_of_the_run():
    space, strategy = Unlisted(layers=10, operations=5), NeuralPredictorSearch(**LARGE)
    bounds = {"device": "toyphone", "latency": (24.0, 32.0), "limits": ("parameters<=21000",)}
    result = nasplug.search(space, strategy, budget=40, batch=5, **bounds)
    chosen = result.trials[20:40]
    assert all(24.0 <= trial.latency <= 30.0 for trial in chosen)
    assert {trial.state for trial in chosen} == {"complete"}


def test_after_the_short_list_comes_the_rest_of_the_pool(drive):
    strategy = NeuralPredictorSearch(n=20, pool=30, shortlist=2, **QUICK | {"refit": 4})
    assert len(drive(strategy, batch=3).steps(1000)) == 50


def test_exploring_draws_other_architectures(drive):
    def suggested(explore, seed):
        quick = {**QUICK, "preset": "best", "epochs": 10, "members": 2}
        return drive(NeuralPredictorSearch(n=20, pool=300, explore=explore, **quick), batch=10, seed=seed).steps(30)

    plain, drawn = suggested(0.0, 0), suggested(3.0, 0)
    assert plain[:20] == drawn[:20]
    assert plain[20:] != drawn[20:]
    assert suggested(3.0, 0) == drawn


def test_explored_predictions_are_moved_by_independent_draws(drive, monkeypatch):
    seen = []
    predict = NeuralPredictor.predict

    def watched(self, *shown, draws=0.0, **more):
        seen.append(draws)
        return predict(self, *shown, draws=draws, **more)

    monkeypatch.setattr(NeuralPredictor, "predict", watched)
    quick = {**QUICK, "preset": "best", "epochs": 10, "members": 2}
    drive(NeuralPredictorSearch(n=20, pool=300, explore=0.5, **quick), batch=10).steps(21)
    plain, explored = next(draws for draws in seen if np.ndim(draws))
    assert not plain.any()
    assert (explored.mean(), explored.std()) == pytest.approx((0.0, 0.5), abs=0.1)


def test_exploring_by_one_network_that_cannot_know_how_sure_it_is_is_refused():
    with pytest.raises(ValueError, match="'explore' needs to know .* members=2"):
        NeuralPredictorSearch(preset="paper", explore=0.5)
    NeuralPredictorSearch(preset="paper", explore=0.5, members=2)
    NeuralPredictorSearch(preset="best", explore=0.5, members=1)


def test_the_latency_window_filters_an_enumerated_pool(drive, toy_space):
    space = toy_space(enumerable=True)
    driver = drive(NeuralPredictorSearch(n=20, pool=30_000, **QUICK), space=space, latency_window=(4.0, 8.0))
    suggested = driver.steps(40)[20:]
    assert all(4.0 <= space.measure_latency(a, "cpu") <= 8.0 for a in suggested)


def test_a_space_without_graphs_is_refused_before_anything_is_paid(drive, toy_space):
    class Blind(toy_space):
        def encode_graph(self, architectures):
            raise nasplug.errors.Unsupported("no graphs")

    with pytest.raises(nasplug.errors.Unsupported):
        drive(NeuralPredictorSearch(n=5, **QUICK), space=Blind()).step()


def test_through_the_real_loop(toy_space):
    result = nasplug.search(toy_space(), NeuralPredictorSearch(n=20, pool=200, **QUICK), budget=30, batch=4)
    searched = [t for t in result.trials if t.purpose == "search"]
    assert len(searched) == 30
    assert np.mean([t.accuracy for t in searched[20:]]) > np.mean([t.accuracy for t in searched[:20]])


def test_what_a_space_recommends_for_the_paper_leaves_the_best_alone():
    recommended = {"layers": 18, "size": 96}
    paper = NeuralPredictorSearch(preset="paper", paper=recommended, size=32).predictor_options()
    assert (paper["layers"], paper["size"]) == (18, 32)
    assert NeuralPredictorSearch(preset="best", paper=recommended).predictor_options() == {
        "preset": "best",
        "device": "cpu",
    }
    with pytest.raises(TypeError):
        NeuralPredictorSearch(paper="layers=18")


class Growing:
    """Chains of one to five nodes, of which only short ones are drawn: the pool holds larger graphs."""

    @hookimpl
    def sample(self, rng):
        return Architecture("growing", tuple(rng.integers(3, size=int(rng.integers(1, 4))).tolist()))

    @hookimpl
    def mutate(self, architecture):
        return attrs.evolve(architecture, code=(*architecture.code, 0))

    @hookimpl
    def enumerate_space(self):
        return (Architecture("growing", code) for n in range(1, 6) for code in product(range(3), repeat=n))

    @hookimpl
    def encode_graph(self, architectures):
        def chain(code):
            steps = torch.arange(len(code) - 1)
            return Data(x=torch.eye(3)[list(code)], edge_index=torch.stack([steps, steps + 1]))

        return Batch.from_data_list([chain(architecture.code) for architecture in architectures])

    @hookimpl
    def evaluate(self, architecture):
        return Evaluation(50.0 + sum(architecture.code), 1.0)


def test_a_pool_may_hold_larger_graphs_than_those_trained():
    result = nasplug.search(Growing(), "neural_predictor", budget=16, strategy_options={"n": 10})
    assert [trial.error for trial in result.trials] == [None] * 17
    assert max(len(trial.architecture.code) for trial in result.trials) > 3


@pytest.fixture
def ranked(monkeypatch):
    """What was ranked, in place of fits, in the pool's own order: number of trials, settings, how far explored."""
    monkeypatch.setattr("nasplug_strategies.neural.strategy.MUTANTS", {"best": 0.0, "paper": 0.0})
    calls = []

    def rank(run, trials, pool, settings, explore, rng):
        calls.append((len(trials), settings, explore))
        return list(range(len(pool.architectures)))

    monkeypatch.setattr("nasplug_strategies.neural.ranking.rank", rank)
    return calls


@pytest.mark.parametrize(
    ("preset", "given", "fits", "explore"),
    [
        ("best", {}, [40, 50, 60], 0.5),
        ("paper", {}, [172], 0.0),
        ("best", {"n": 7, "refit": 5, "explore": 2.0}, [7, 12, 17, 22], 2.0),
        ("paper", {"n": 7, "refit": 9, "explore": 0.25, "members": 2}, [7, 16], 0.25),
        ("best", {"n": 7, "refit": 0, "explore": 0.0}, [7], 0.0),
    ],
)
def test_first_fit_refits_and_exploration_are_the_options_or_the_preset_s(preset, given, fits, explore, drive, ranked):
    strategy = NeuralPredictorSearch(preset=preset, pool=100, **given)
    drive(strategy).steps(fits[-1] + 3)
    assert [call[0] for call in ranked] == fits
    assert {call[2] for call in ranked} == {explore}
    assert all(call[1] == strategy.predictor_options() for call in ranked)


def test_a_refit_is_never_passed_within_a_batch(drive, ranked):
    driver = drive(NeuralPredictorSearch(n=6, refit=4, pool=50), batch=5)
    assert [len(driver.step()) for _ in range(6)] == [5, 1, 4, 4, 4, 4]


def test_k_counts_from_the_random_ones_on(drive, ranked):
    driver = drive(NeuralPredictorSearch(n=6, k=5, refit=0, pool=50), batch=4)
    assert [len(driver.step()) for _ in range(5)] == [4, 2, 4, 1, 0]


def test_options_of_a_search_have_their_defaults():
    strategy = NeuralPredictorSearch()
    assert (strategy.pool, strategy.shortlist, strategy.device, strategy.preset) == (10_000, 20_000, "cpu", "best")


@pytest.mark.parametrize(("n", "budget"), [(10, 10), (11, 10)])
def test_an_n_that_leaves_nothing_of_the_budget_is_refused(n, budget, fake_run, toy_space):
    with pytest.raises(nasplug.UsageError, match=f"n={n} leaves nothing of the budget of {budget} trials"):
        NeuralPredictorSearch(n=n).on_start(fake_run(toy_space(), budget=budget))


@pytest.mark.parametrize(("n", "budget"), [(9, 10), (10, None), (None, 10)])
def test_an_n_that_leaves_something_of_the_budget_is_not_refused(n, budget, fake_run, toy_space):
    strategy = NeuralPredictorSearch(n=n)
    strategy.on_start(fake_run(toy_space(), budget=budget))
    assert strategy.n == n


@pytest.mark.parametrize(
    ("given", "said"), [({}, ["33", "172", "50"]), ({"n": 20}, []), ({"preset": "best"}, ["33", "40", "50"])]
)
def test_a_budget_that_lowers_the_number_of_random_ones_is_said_to(given, said, fake_run, toy_space, caplog):
    caplog.set_level(logging.INFO, "nasplug")
    NeuralPredictorSearch(**{"preset": "paper"} | given).on_start(fake_run(toy_space(), budget=50))
    assert re.findall(r"\d+", " ".join(caplog.messages)) == said


def test_a_new_run_forgets_the_former(drive, ranked, fake_run, toy_space):
    driver = drive(NeuralPredictorSearch(n=5, refit=0, pool=50))
    first = driver.steps(8)
    driver.strategy.on_start(driver.run)
    driver.run.trials.clear()
    assert driver.steps(8) == first


def test_settings_are_those_of_the_options_that_are_set():
    strategy = NeuralPredictorSearch(
        preset="paper", kind="mlp", hidden=(4, 2), lr=0.1, n=3, explore=0.0, paper={"lr": 1.0}
    )
    assert strategy.predictor_options() == {
        "preset": "paper", "device": "cpu", "kind": "mlp", "hidden": (4, 2), "lr": 0.1,
    }  # fmt: skip


@pytest.fixture
def search(toy_space):
    """Returns a search, and a list of the architectures that were paid for."""
    paid = []

    def make(**given):
        return nasplug.search(toy_space(fails=paid.append), "neural_predictor", strategy_options=given, budget=5)

    return make, paid


@pytest.mark.parametrize(
    "given",
    [
        {"stages": 3},
        {"lr": -1.0},
        {"lr": math.nan},
        {"classifier_lr": math.inf},
        {"weight_decay": -1.0},
        {"dropout": 2.0},
        {"percentile": 150.0},
        {"threshold": math.nan},
        {"epochs": 0},
        {"minibatch": 0},
        {"members": 0},
        {"layers": 0},
        {"size": -1},
        {"hidden": (128, 0)},
        {"hidden": ()},
        {"n": 0},
        {"k": 0},
        {"k": -5},
        {"pool": 0},
        {"mutants": 1.0},
        {"mutants": -0.1},
        {"shortlist": 0},
        {"refit": -1},
        {"explore": math.inf},
        {"paper": {"n": 3}},
        {"paper": {"layers": 0}, "preset": "paper"},
        {"paper": "layers=18"},
    ],
)
def test_options_out_of_bounds_are_refused_before_anything_is_paid(given, search):
    make, paid = search
    name = {"{'layers': 0}": "layers"}.get(str(given.get("paper")), next(iter(given)))
    with pytest.raises(OptionError, match=f"neural_predictor: .*'{name}'"):
        make(**given)
    assert paid == []


def test_what_the_option_paper_may_hold_is_named():
    with pytest.raises(ValueError, match="'paper' holds k, n; wanted are predictor settings: kind, layers, size, "):
        NeuralPredictorSearch(paper={"n": 3, "layers": 2, "k": 1})


def test_an_unknown_device_is_refused_before_anything_is_paid(search):
    make, paid = search
    with pytest.raises(PredictorError, match="wanted the torch device 'gpu'"):
        make(device="gpu")
    assert paid == []


@pytest.mark.parametrize(("name", "kind"), [("hidden", "int,…"), ("paper", "dict"), ("stages", "int")])
def test_types_read_as_they_are_written(name, kind):
    assert options.type_name(options.type_of(NeuralPredictorSearch, name)) == kind


@pytest.mark.parametrize("make", [RandomSearch, lambda: NeuralPredictorSearch(n=6, members=1, explore=0.0, epochs=2)])
def test_a_second_search_is_as_if_it_were_the_first(make):
    strategy = make()
    space = Toy(layers=4)
    nasplug.search(space, strategy, budget=12, seed=1)
    again, first = (nasplug.search(space, used, budget=12, seed=0) for used in (strategy, make()))
    assert [t.architecture for t in again.trials] == [t.architecture for t in first.trials]


def test_the_entry_points_of_strategies_import_neither_torch_nor_tensorflow():
    code = (
        "import sys; from importlib.metadata import entry_points\n"
        "for e in entry_points(group='nasplug.strategies'):\n"
        "    if e.value.startswith('nasplug_strategies'): e.load()()\n"
        "import nasplug_strategies.predictor\n"
        "assert not {'torch', 'tensorflow', 'scipy'} & set(sys.modules), sorted(sys.modules)\n"
        "assert 'nasplug_strategies.neural.strategy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
