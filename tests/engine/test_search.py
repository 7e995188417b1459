"""The loop through its public door: determinism, failures, duplicates, budgets, windows, the final evaluation."""

import threading
from contextlib import closing

import attrs
import pytest
import toy

import nasplug
from nasplug import hookimpl
from nasplug.engine import latency_window
from nasplug.engine.evaluation import derived_seed
from nasplug.errors import ConfigurationError, PluginError, Unsupported, UsageError
from nasplug.storage.storage import Storage


def search(space=None, strategy="toy:Climber", **settings):
    return nasplug.search(space or toy.ToySpace(), strategy, **({"budget": 12, "seed": 3} | settings))


def outcome(result):
    """What must be equal for equal runs: everything but the clock."""
    return [attrs.evolve(trial, started=0.0, finished=0.0) for trial in result.trials]


def test_a_search_finds_the_best_and_evaluates_it_finally():
    result = search(strategy="toy:Grid", budget=64)
    assert result.best.architecture == toy.architecture(3, 3, 3)
    assert result.best.test == toy.accuracy((3, 3, 3)) == 95.0
    assert result.best.validation == 95.0 + derived_seed(3, 63, 1) % 1000 / 1000  # the noise of the best trial's seed
    assert [t.purpose for t in result.trials] == ["search"] * 64 + ["final"]
    assert result.reason == "the budget of 64 trials is used"


def test_a_strategy_ends_a_search_by_suggesting_nothing():
    result = search(strategy="toy:Grid", budget=1000)
    assert (len(result.trials), result.reason) == (65, "the strategy has nothing more to suggest")


@pytest.mark.parametrize("workers", [2, 3])
def test_the_same_seed_and_batch_give_the_same_trials_on_any_number_of_workers(workers):
    assert outcome(search(batch=3)) == outcome(search(batch=3, workers=workers))
    assert outcome(search(batch=3)) != outcome(search(batch=3, seed=4))


def test_worker_processes_give_the_same_trials_as_threads():
    space = {"space": "toy:ToySpace", "batch": 2}
    assert outcome(search(**space)) == outcome(search(**space, workers=2, middleware=["processes"]))


def test_a_failed_evaluation_is_a_failed_trial_and_the_search_goes_on():
    result = search(toy.ToySpace(fails="0,0,2"), "toy:Grid", budget=10)
    failed = [trial for trial in result.trials if trial.state == "failed"]
    assert [(t.number, t.evaluation) for t in failed] == [(2, None)]
    assert failed[0].error.startswith("RuntimeError: loss is NaN at step 12\nTraceback")
    assert len(result.trials) == 11


@pytest.mark.parametrize(
    ("value", "error"), [(float("nan"), "must be a finite number, got nan"), (250.0, "must be between 0 and 100 %")]
)
def test_an_impossible_accuracy_is_a_failed_trial(value, error):
    result = search(toy.ToySpace(value=value), budget=3)
    assert result.best is None
    assert all(f"ValueError: accuracy {error}" in trial.error for trial in result.trials)


@pytest.mark.parametrize("answer", [93.0, None])
def test_what_is_no_evaluation_ends_the_run_with_what_came_back(answer, tmp_path):
    class Sloppy(toy.ToySpace):
        @hookimpl
        def evaluate(self, architecture):
            return answer

    with pytest.raises(PluginError, match="evaluate must return a nasplug.Evaluation"):
        search(Sloppy(), budget=50, workers=2)


def test_an_evaluation_is_tried_again_as_often_as_asked(tmp_path):
    calls = tmp_path / "calls"
    result = search(toy.ToySpace(fails="3,3,3", calls=calls), "toy:Repeater", budget=1, retries=2)
    assert (result.trials[0].state, calls.read_text()) == ("failed", "3,3,3\n" * 3)


def test_what_makes_every_evaluation_fail_ends_the_run():
    with pytest.raises(ConfigurationError, match="no batteries"):
        search(toy.ToySpace(broken=True), budget=50, workers=2)


def test_duplicates_inside_a_batch_are_paid_for_once(tmp_path):
    calls = tmp_path / "calls"
    result = search(toy.ToySpace(calls=calls), "toy:Repeater", budget=4, batch=4, workers=2)
    assert calls.read_text() == "3,3,3\n" * 2  # one search, one final
    assert [trial.evaluation.source for trial in result.trials] == ["toy"] + ["duplicate"] * 3 + ["toy"]
    assert result.summary()["cost"] == 2.0


@attrs.define(eq=False)
class Uneven(toy.ToySpace):
    """The first evaluation ends after all others, which only go on three at a time."""

    left: int = attrs.field(default=18, init=False)
    others: threading.Barrier = attrs.field(init=False)
    all_done: threading.Event = attrs.field(factory=threading.Event, init=False)

    def __attrs_post_init__(self):
        self.others = threading.Barrier(3, self._three_went_on)

    def _three_went_on(self):
        self.left -= 3
        if not self.left:
            self.all_done.set()

    @hookimpl
    def evaluate(self, architecture, purpose, epochs, seed):
        if purpose == "search":
            assert self.all_done.wait(60) if architecture.code == (0, 0, 0) else self.others.wait(60) < 3
        return super().evaluate(architecture, purpose, epochs, seed)


def test_an_asynchronous_search_keeps_every_worker_busy_while_one_evaluation_lasts():
    result = search(Uneven(), "toy:Grid", budget=19, workers=4, asynchronous=True)
    assert [trial.error for trial in result.trials if trial.state == "failed"] == []
    assert sorted(trial.number for trial in result.trials) == list(range(20))


def test_a_latency_window_restricts_every_strategy():
    result = search(budget=15, device="toyphone", latency=(12.0, 13.0))
    assert {trial.latency for trial in result.trials} <= {12.0, 13.0}
    assert result.best.latency == 13.0


def test_what_a_strategy_suggests_outside_the_window_is_never_evaluated(tmp_path):
    space = toy.ToySpace(calls=tmp_path / "calls")
    result = search(space, "toy:Grid", budget=64, device="toyphone", latency=(17.5, 30.0))
    refused = [trial for trial in result.trials if trial.state == "infeasible"]
    assert "is outside the window 17.5:30 ms" in refused[0].error
    assert len((tmp_path / "calls").read_text().split()) == 65 - len(refused) == 5


def test_an_empty_window_and_an_unknown_device_are_told(monkeypatch):
    monkeypatch.setattr(latency_window, "DRAWS", 1000)
    with pytest.raises(Unsupported, match=r"90:95 ms on toyphone: 1,000 drawn"):
        search(device="toyphone", latency=(90.0, 95.0))
    with pytest.raises(Unsupported, match="latencies on the device 'abacus'"):
        search(device="abacus")


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"budget": 0}, "budget must be at least 1, got 0"),
        ({"workers": 0}, "workers must be at least 1"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"retries": -1}, "retries must be at least 0"),
        ({"timeout": 0.0}, "timeout must be greater than 0"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"latency": (1.0, 2.0)}, "needs a device"),
        ({"latency": (5.0, 2.0), "device": "toyphone"}, "LOW < HIGH"),
        ({"resume": True}, "Only a stored run can be resumed"),
        ({"name": ""}, "name must not be empty"),
    ],
)
def test_wrong_use_is_one_clear_message(settings, complaint):
    with pytest.raises(UsageError, match=complaint):
        search(**settings)


def test_a_strategy_that_breaks_its_contract_is_told_by_name():
    class Greedy:
        @hookimpl
        def suggest(self, run, count):
            return [toy.architecture(0, 0, 0)] * (count + 1)

    class Vague:
        @hookimpl
        def suggest(self, run):
            return [(0, 0, 0)]

    class Silent:
        @hookimpl
        def suggest(self):
            return None

    class Single:
        @hookimpl
        def suggest(self):
            return toy.architecture(0, 0, 0)

    with pytest.raises(PluginError, match="'Greedy' was asked for a list of at most 1 architectures and returned 2"):
        search(strategy=Greedy())
    with pytest.raises(PluginError, match=r"'Vague' suggested \(0, 0, 0\), which is no Architecture"):
        search(strategy=Vague())
    with pytest.raises(PluginError, match="'Silent' was asked .* and returned None"):
        search(strategy=Silent())
    with pytest.raises(PluginError, match="'Single' was asked for a list .* and returned Architecture"):
        search(strategy=Single())


def test_max_cost_ends_a_search_without_a_budget_of_trials():
    result = search(budget=None, max_cost=9.0)
    assert result.summary()["cost"] == 10.0  # 2 s a trial: the fifth reaches the bound
    assert result.reason == "the trials cost 10 s of training, the bound is 9 s"


def test_a_space_recommends_and_the_user_overrides():
    class Advising(toy.ToySpace):
        @hookimpl
        def recommend(self, strategy):
            return {"budget": 5, "batch": 2}

    assert len(search(Advising(), budget=None).trials) == 6
    assert len(search(Advising(), budget=3).trials) == 4


def test_a_space_that_recommends_an_unknown_option_is_named():
    class Outdated(toy.ToySpace):
        @hookimpl
        def recommend(self, strategy):
            return {"tempo": 5}

    with pytest.raises(PluginError, match="space 'Outdated' recommends tempo for the strategy 'toy:Climber'"):
        search(Outdated())


def test_observers_hear_of_start_every_trial_and_the_end():
    events = []

    class Observer:
        @hookimpl
        def on_start(self, run):
            events.append(run.name)

        @hookimpl
        def on_trial(self, run, trial):
            events.append((trial.number, trial.purpose, len(run.trials)))

        @hookimpl
        def on_stop(self, run, reason):
            events.append(reason)

    search(budget=2, observers=[Observer()])
    expected = [(0, "search", 1), (1, "search", 2), (2, "final", 2)]
    assert events == ["ToySpace-toy:Climber-3", *expected, "the budget of 2 trials is used"]


def test_a_result_becomes_a_frame():
    frame = search(budget=3).to_frame()
    assert list(frame.columns[:4]) == ["number", "architecture", "canonical", "state"]
    assert (len(frame), frame.parameters.sum()) == (4, 400.0)


@attrs.define(eq=False)
class Continuing(toy.ToySpace):
    """Its trainings go on from the checkpoint of another trial; the metric counts the epochs that were trained."""

    _stops: bool = attrs.field(default=False, alias="stops")

    @hookimpl
    def fidelities(self):
        return (1, 3), True

    @hookimpl
    def evaluate(self, architecture, purpose, epochs, seed, job):
        if self._stops and job.continues is not None:
            raise KeyboardInterrupt
        before = (job.folder.parent / str(job.continues) / "epochs") if job.continues is not None else None
        begun = int(before.read_text()) if before else 0
        (job.folder / "epochs").write_text(str(epochs or 0))
        return nasplug.Evaluation(toy.accuracy(architecture.code), cost=float((epochs or 9) - begun))


@attrs.define(eq=False)
class Halving:
    """Trains four architectures for one epoch, and goes on with the better half of them to three."""

    @hookimpl
    def suggest(self, run, count):
        if len(run.trials) < 4:
            networks = [toy.architecture(0, 0, code) for code in range(len(run.trials), 4)]
            return [nasplug.Suggestion(network, epochs=1) for network in networks[:count]]
        best = sorted(run.trials[:4], key=lambda trial: -run.score(trial))[:2]
        return [nasplug.Suggestion(t.architecture, epochs=3, continues=t.number) for t in best][len(run.trials) - 4 :]


@pytest.mark.parametrize("middleware", [[], ["cache"]])
def test_a_strategy_may_train_shortly_and_go_on_with_the_better_trainings(middleware):
    result = search(Continuing(), Halving(), batch=4, middleware=middleware)
    assert [(t.epochs, t.continues, t.evaluation.cost) for t in result.trials] == [
        *[(1, None, 1.0)] * 4, (3, 3, 2.0), (3, 2, 2.0), (None, None, 9.0),
    ]  # fmt: skip
    assert result.best.architecture == toy.architecture(0, 0, 3)


def test_a_training_goes_on_after_a_resume(tmp_path):
    place = {"storage": tmp_path / "runs.db", "name": "run"}
    with pytest.raises(KeyboardInterrupt):
        search(Continuing(stops=True), Halving(), batch=4, **place)
    result = nasplug.search(Continuing(), Halving(), resume=True, **place)
    assert [(t.epochs, t.continues, t.evaluation.cost) for t in result.trials[4:6]] == [(3, 3, 2.0), (3, 2, 2.0)]


@attrs.define(eq=False)
class GoesOnWithTheFirst:
    """Trains two architectures for one epoch; from then on, goes on with the first of them."""

    @hookimpl
    def suggest(self, run, count):
        if len(run.trials) < 2:
            return [nasplug.Suggestion(toy.architecture(0, 0, len(run.trials)), epochs=1)]
        return [nasplug.Suggestion(toy.architecture(0, 0, 0), epochs=3, continues=0)]


def test_a_run_that_grows_goes_on_with_trainings_from_before_its_end(tmp_path):
    place = {"storage": tmp_path / "runs.db", "name": "run"}
    search(Continuing(), GoesOnWithTheFirst(), budget=2, **place)
    result = nasplug.search(Continuing(), GoesOnWithTheFirst(), budget=3, resume=True, **place)
    grown = next(trial for trial in result.trials if trial.continues is not None)
    assert (grown.state, grown.epochs, grown.continues, grown.evaluation.cost) == ("complete", 3, 0, 2.0)


def test_the_files_of_complete_search_trials_stay_until_their_run_is_deleted(tmp_path):
    class Failing(Continuing):
        @hookimpl
        def evaluate(self, architecture, purpose, epochs, seed, job):
            answer = super().evaluate(architecture, purpose, epochs, seed, job)
            if job.number == 1:
                raise RuntimeError("lost")
            return answer

    search(Failing(), "toy:Grid", budget=3, storage=tmp_path / "runs.db", name="run")
    assert {folder.name for folder in tmp_path.glob("runs.db-files/run/*")} == {"0", "2"}
    with closing(Storage(f"{tmp_path}/runs.db")) as storage:
        storage.delete(storage.run("run"))
    assert list(tmp_path.glob("runs.db-files/*")) == []


def test_the_incumbent_is_one_that_was_trained_longest():
    class Misleading(Continuing):
        """A short training promises more than a long one gives."""

        @hookimpl
        def evaluate(self, architecture, epochs):
            return nasplug.Evaluation(90.0 - 10.0 * (epochs or 0) + architecture.code[2], cost=1.0)

    result = search(Misleading(), Halving(), batch=4)
    assert (result.best.validation, result.best.architecture.code) == (63.0, (0, 0, 3))
