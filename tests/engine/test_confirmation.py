"""When a search has ended, its best are trained again, and the best mean of all trainings is recommended."""

import os
import signal
import subprocess
import sys
import time

import attrs
import pytest
import toy
from noisy import NoisySpace
from paths import HELPERS
from sessions import stored_session, told

import nasplug
from nasplug import hookimpl
from nasplug.errors import PluginError, UsageError
from nasplug.middleware.cache import Cache


def search(space=None, strategy="toy:Grid", **more):
    return nasplug.search(space or NoisySpace(), strategy, **{"budget": 12, "confirm": (3, 4)} | more)


def by_purpose(result, purpose):
    return [trial for trial in result.trials if trial.purpose == purpose]


@pytest.fixture
def url(tmp_path):
    return str(tmp_path / "runs.db")


def test_the_best_by_measurement_are_trained_again_as_trials_outside_of_the_budget():
    result = search()
    searched, again = by_purpose(result, "search"), by_purpose(result, "confirm")
    best = sorted(searched, key=lambda trial: -trial.accuracy)[:3]
    assert (len(searched), len(again), len(by_purpose(result, "final"))) == (12, 12, 1)
    assert [t.architecture for t in again] == [t.architecture for t in best] * 4  # they take turns
    assert [t.number for t in result.trials] == list(range(25))
    assert result.summary()["trials"] == 12


def test_every_training_has_a_seed_of_its_own():
    seeds = {trial.evaluation.metrics["seed"] for trial in search().trials}
    assert len(seeds) == 25


def test_the_best_mean_of_all_trainings_is_recommended_with_its_error_and_gets_the_final():
    result = search(seed=1)
    trials = [t for t in result.trials if t.purpose in ("search", "confirm")]
    confirmed = {t.architecture for t in by_purpose(result, "confirm")}
    means = {a: sum(t.accuracy for t in trials if t.architecture == a) / 5 for a in confirmed}
    best = max(means, key=means.get)
    incumbent = max(by_purpose(result, "search"), key=lambda trial: trial.accuracy)
    assert best != incumbent.architecture  # what the incumbent was by luck
    assert (result.best.architecture, result.best.validation) == (best, pytest.approx(means[best]))
    assert (result.best.trainings, result.best.test) == (5, toy.accuracy(best.code) / 2)
    assert 1.0 < result.best.standard_error < 10.0
    assert result.best.chosen_by == "mean accuracy of all its trainings, the best of 3 trained 4 times more"
    assert result.summary()["best"].items() >= {
        "standard_error": result.best.standard_error, "trainings": 5, "chosen_by": result.best.chosen_by,
    }.items()  # fmt: skip


def test_without_it_the_incumbent_is_recommended_and_says_so():
    result = search(confirm=None)
    assert by_purpose(result, "confirm") == []
    assert result.best.chosen_by == "accuracy in one trial, the best of 12"
    assert (result.best.trainings, result.best.standard_error) == (1, None)


def test_confirming_finds_a_better_network_than_one_noisy_measurement():
    def found(confirm):
        runs = [search(strategy="random", budget=20, confirm=confirm, seed=seed) for seed in range(30)]
        return sum(run.best.test for run in runs) / 30

    assert found((5, 4)) > found(None) + 1.0


def test_a_strategy_that_predicts_says_which_are_the_best():
    result = search(strategy="toy:Foreseer", budget=20)
    predicted = sorted({t.architecture for t in by_purpose(result, "search")}, key=lambda a: -sum(a.code))
    assert {sum(t.architecture.code) for t in by_purpose(result, "confirm")} == {sum(a.code) for a in predicted[:3]}


def test_a_prediction_that_is_no_number_ends_the_run_with_the_name_of_the_strategy():
    with pytest.raises(PluginError, match="'toy:Clueless' must predict"):
        search(strategy="toy:Clueless")


def test_a_strategy_neither_sees_nor_hears_of_them_while_others_do():
    class Listens(toy.Grid):
        heard: list = []

        @hookimpl
        def on_trial(self, run, trial):
            self.heard.append((trial.purpose, len(run.trials)))

    class Watches(Listens):
        heard: list = []
        suggest = None

    search(strategy=Listens(), observers=[Watches()])
    assert {purpose for purpose, _ in Listens.heard} == {"search", "final"}
    assert max(seen for _, seen in Listens.heard) == 12
    assert [purpose for purpose, _ in Watches.heard].count("confirm") == 12


def test_a_cache_answers_none_of_them():
    result = search(middleware=[Cache()])
    assert {trial.evaluation.source for trial in by_purpose(result, "confirm")} == {"toy"}


def test_workers_evaluate_them_side_by_side():
    begun = time.monotonic()
    search(NoisySpace(seconds=0.1), budget=4, workers=4, confirm=(2, 4))
    assert time.monotonic() - begun < 1.2  # 13 evaluations one after the other take 1.3 s


def test_they_are_trained_as_long_as_in_the_search():
    again = by_purpose(search(epochs=9), "confirm")
    assert {(trial.epochs, trial.evaluation.cost) for trial in again} == {(9, 9.0)}


def test_fewer_networks_than_are_asked_for_are_all_confirmed():
    assert len(by_purpose(search(budget=2), "confirm")) == 8


def test_one_that_fails_is_no_part_of_the_mean():
    class Fails(NoisySpace):
        @hookimpl
        def evaluate(self, architecture, purpose, epochs, seed, job):
            if job.purpose == "confirm" and job.number % 2:
                raise RuntimeError("out of memory")
            return super().evaluate(architecture, purpose, epochs, seed)

    result = search(Fails())
    assert [trial.state for trial in by_purpose(result, "confirm")].count("failed") == 6
    assert result.best.trainings == 3


def test_the_final_evaluations_that_are_asked_for_begin_with_the_recommended():
    result = search(finals=2)
    finals = [trial.architecture for trial in by_purpose(result, "final")]
    assert (len(finals), finals[0]) == (2, result.best.architecture)
    none = search(finals=0)
    assert (by_purpose(none, "final"), none.best.test, none.best.trainings) == ([], None, 5)


def test_with_several_objectives_the_recommended_gets_a_final_beside_the_front():
    result = search(objectives=("accuracy", "cost"), epochs=2)
    assert result.best.architecture in [trial.architecture for trial in by_purpose(result, "final")]
    assert result.best.objectives["accuracy"] == result.best.validation


# ---------------------------------------------------------------------- who asks for it


def test_a_space_recommends_it_and_the_user_overrides_that():
    def confirmations(**more):
        return len(by_purpose(search(NoisySpace(recommended="2:3"), **more), "confirm"))

    assert [confirmations(confirm=value) for value in (None, "off", (1, 2), "2:2")] == [6, 0, 2, 4]


@pytest.mark.parametrize("value", ["0:0", "3:0", "0:4", "3:x", "3", "3:4:5", ":", "-1:3", (0, 3), (1,), 3, "1.5:2"])
def test_what_is_no_pair_of_numbers_is_one_message(value):
    with pytest.raises(UsageError, match=r"confirm is K:R, two whole numbers of at least 1.*'off' confirms none"):
        search(confirm=value)


# ---------------------------------------------------------------------- a resume


def same(result):
    return [attrs.evolve(trial, started=0.0, finished=0.0) for trial in result.trials]


class Interrupts:
    """Interrupts a run at a trial, as Ctrl-C does."""

    watches = True

    def __init__(self, number):
        self.number = number

    @hookimpl
    def on_trial(self, trial):
        if trial.number == self.number:
            raise KeyboardInterrupt


@pytest.mark.parametrize("strategy", ["toy:Grid", "toy:Foreseer"])
@pytest.mark.parametrize("number", [11, 12, 17, 23, 24])
@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_one_goes_on_to_the_same_result(url, strategy, number, workers):
    values = {"space": "noisy:NoisySpace", "strategy": strategy, "workers": workers, "batch": 1}
    with pytest.raises(KeyboardInterrupt):
        search(**values, storage=url, name="r", observers=[Interrupts(number)])
    resumed = nasplug.search(storage=url, name="r", resume=True)
    whole = search(**values)
    assert [t.number for t in resumed.trials] == list(range(25))
    if workers == 1:
        assert same(resumed) == same(whole)
    assert resumed.best.architecture == whole.best.architecture


def test_a_finished_run_may_be_confirmed_later_and_more_of_it(url):
    place = {"storage": url, "name": "r"}
    search("noisy:NoisySpace", confirm=None, **place)
    later = nasplug.search(confirm=(3, 2), resume=True, **place)
    more = nasplug.search(confirm=(3, 4), resume=True, **place)
    kept = nasplug.search(resume=True, **place)
    assert [len(by_purpose(result, "confirm")) for result in (later, more, kept)] == [6, 12, 12]
    assert by_purpose(kept, "final")[-1].architecture == kept.best.architecture


def test_a_run_that_grows_confirms_what_is_best_then(url):
    place = {"storage": url, "name": "r"}
    search("noisy:NoisySpace", "toy:Foreseer", **place)
    grown = nasplug.search(budget=40, resume=True, **place)
    again, last = by_purpose(grown, "confirm"), max(t.number for t in by_purpose(grown, "search"))
    assert len(again) >= 12
    assert {sum(t.architecture.code) for t in again if t.number > last} <= {7, 8, 9}
    whole = search("noisy:NoisySpace", "toy:Foreseer", budget=40)
    assert [t.architecture for t in by_purpose(grown, "search")] == [
        t.architecture for t in by_purpose(whole, "search")
    ]


def test_a_run_of_before_is_not_confirmed_by_a_resume_though_its_space_now_recommends_it(url):
    place = {"storage": url, "name": "r"}
    search("noisy:NoisySpace", confirm="off", space_options={"recommended": "2:2"}, **place)
    assert by_purpose(nasplug.search(resume=True, **place), "confirm") == []


@pytest.mark.slow
def test_a_run_that_is_killed_while_it_confirms_loses_and_doubles_nothing(url, tmp_path):
    values = "'noisy:NoisySpace', 'toy:Grid', budget=4, workers=2, batch=2, confirm=(2, 4), name='r', progress=True, "
    values += f"start_or_resume=True, space_options={{'seconds': 0.05}}, storage={url!r}"
    code = f"import nasplug; nasplug.search({values})"
    ends = 0
    for kill in range(40):
        environment = {**os.environ, "PYTHONPATH": str(HELPERS)}
        with subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True) as run:
            for line in run.stderr:
                if line.startswith("confirm"):
                    time.sleep(0.013 * kill % 0.1)
                    run.send_signal(signal.SIGKILL)
                    break
        ends = run.returncode
        if ends == 0:
            break
    result = nasplug.search(storage=url, name="r", resume=True)
    assert ends == 0
    assert [t.number for t in result.trials] == list(range(13))
    assert len(by_purpose(result, "confirm")) == 8
    assert len({t.evaluation.metrics["seed"] for t in result.trials}) == 13


# ---------------------------------------------------------------------- ask and tell


def test_who_evaluates_by_themselves_is_asked_for_each_and_then_for_the_final():
    with nasplug.open_run(NoisySpace(), "toy:Grid", budget=3, confirm=(2, 2)) as run:
        purposes = []
        while jobs := run.ask(2):
            for job in jobs:
                purposes.append(job.purpose)
                run.tell(job, accuracy=50.0 + job.number)
        assert purposes == ["search"] * 3 + ["confirm"] * 4 + ["final"]
        assert run.result().best.trainings == 3


def test_a_failure_that_is_told_is_not_asked_for_again():
    with nasplug.open_run(NoisySpace(), "toy:Grid", budget=1, confirm=(1, 2)) as run:
        [job] = run.ask()
        run.tell(job, accuracy=50.0)
        [one] = run.ask()
        run.fail(one, "lost")
        [two] = run.ask()
        run.tell(two, accuracy=51.0)
        assert (one.purpose, two.purpose, [job.purpose for job in run.ask()]) == ("confirm", "confirm", ["final"])


def test_what_was_begun_stays_chosen_and_the_strategy_predicts_no_more(url):
    with stored_session(url, "toy:Foreseer", "noisy:NoisySpace", is_external=True, budget=4, confirm=(1, 3)) as session:
        for job in session.ask(4):
            told(session, job)
        [first] = session.confirmations(1)
    with stored_session(url, "toy:Foreseer", "noisy:NoisySpace", is_external=True, resume=True) as session:
        session.run.manager.unregister(session.run.strategy)  # it is not there to be asked
        again = session.confirmations(2)
        assert {job.canonical for job in again} == {first.canonical}
