"""Going on with a stored run: its name is enough, what is typed must agree, and a larger bound makes it grow."""

import logging
from contextlib import closing

import attrs
import plain_space
import pytest
import toy
from sessions import numbers

import nasplug
from nasplug import Objective, hookimpl, option
from nasplug.engine import resume
from nasplug.engine.request import RunRequest
from nasplug.engine.settings import Settings
from nasplug.errors import StorageError, UsageError
from nasplug.storage.storage import Storage


@pytest.fixture
def run(tmp_path):
    """Calls `nasplug.search` on the run `run` of one storage; the first time with the toy space and a strategy."""
    place = {"storage": tmp_path / "runs.db", "name": "run"}

    def search(*plugins, **settings):
        return nasplug.search(*plugins, **place, **settings)

    return search


def whole(strategy="toy:Climber", **settings):
    return nasplug.search("toy:ToySpace", strategy, **settings)


def searched(result):
    """Returns what was suggested and answered, without numbers and clock: a final evaluation may have come between."""
    clock = {"number": 0, "started": 0.0, "finished": 0.0}
    return [attrs.evolve(trial, **clock) for trial in result.trials if trial.purpose == "search"]


# ---------------------------------------------------------------------- the name alone


EVERYTHING = {
    "seed": 3, "budget": 6, "batch": 2, "workers": 2, "epochs": 5, "device": "toyphone", "latency": (10.0, 17.0),
    "retries": 1, "max_failures": 9, "objectives": ["accuracy", "latency"], "limits": ["latency<=18"],
    "first": [toy.architecture(0, 1, 2)], "finals": 1, "space_options": {"seconds": 0.001}, "middleware": ["cache"],
    "max_cost": 1e9,
}  # fmt: skip


@pytest.mark.parametrize("more", [{}, EVERYTHING, {"asynchronous": True, "workers": 1, "budget": 6}])
def test_the_name_is_all_that_a_resume_needs(run, more):
    before = run("toy:ToySpace", "toy:Climber", **({"budget": 6} | more))
    after = run(resume=True)
    assert (after.trials, after.reason, after.seed, after.goal) == (
        before.trials, before.reason, before.seed, before.goal,
    )  # fmt: skip


def test_what_is_left_open_is_the_runs_own():
    settings = Settings(
        space="toy:ToySpace", strategy="toy:Climber", space_options={"value": 5.0}, seed=4, budget=9, batch=3,
        workers=2, epochs=7, device="toyphone", latency_window=(1.0, 2.0), asynchronous=True, timeout=6.0, retries=8,
        objectives=["latency"], limits=["latency<=9"], first=["toy:0,0,0"], finals=2, confirm=(3, 4), max_failures=3,
        middleware=["cache", "budget:max_cost=5.0", "processes"], watching=["budget:max_cost=5.0", "processes"],
    )  # fmt: skip
    request = resume.completed(RunRequest(name="run", resume=True), settings.document())
    expected = RunRequest(
        "toy:ToySpace", "toy:Climber", budget=9, max_cost=5.0, seed=4, space_options={"value": 5.0},
        strategy_options={}, middleware=("cache",), workers=2, batch=3, epochs=7, device="toyphone",
        latency=(1.0, 2.0), timeout=6.0, retries=8, max_failures=3, objectives=("latency",), limits=("latency<=9",),
        first=("toy:0,0,0",), finals=2, confirm=(3, 4), asynchronous=True, name="run", resume=True,
    )  # fmt: skip
    assert attrs.evolve(request, middleware=tuple(request.middleware)) == expected


def test_what_the_caller_says_comes_first():
    stored = Settings(space="toy:ToySpace", strategy="toy:Climber", budget=9, workers=2, timeout=6.0).document()
    request = resume.completed(RunRequest(budget=20, workers=4, timeout=9.0, finals=0, middleware=["log"]), stored)
    assert (request.budget, request.workers, request.timeout, request.finals) == (20, 4, 9.0, 0)
    assert request.middleware == ["log"]


def test_a_plugin_that_was_an_instance_must_be_given_again(run):
    class Mine(toy.ToySpace):
        """A space of a program."""

    run(Mine(), "toy:Grid", budget=2)
    with pytest.raises(UsageError, match="The space of the run was 'Mine', which is not installed.*Give the space"):
        run(resume=True)
    assert len(run(Mine(), resume=True, budget=4).trials) == 6


def test_middleware_that_only_watches_and_is_not_there_any_more_is_left_out_with_a_word(run, caplog):
    class Counts:
        watches = True

        @hookimpl
        def on_trial(self):
            """Hears of a trial."""

    before = run("toy:ToySpace", "toy:Grid", budget=2, middleware=[Counts()])
    with caplog.at_level(logging.WARNING, "nasplug"):
        assert run(resume=True).trials == before.trials
    assert caplog.records[0].message == "Not installed, and left out at the resume: the middleware Counts."


# ---------------------------------------------------------------------- what must agree


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": 1}, "seed was 0, now 1"),
        ({"batch": 2}, "batch was 1, now 2"),
        ({"epochs": 2}, "epochs was none, now 2"),
        ({"device": "toyphone"}, 'device was none, now "toyphone"'),
        ({"asynchronous": True}, "steady was false, now true"),
        ({"middleware": ["cache"]}, r'middleware was \[\], now \["cache"\]'),
        ({"objectives": ["parameters"]}, r'objectives was \[\], now \["parameters"\]'),
        ({"limits": ["parameters<=9"]}, r'limits was \[\], now \["parameters<=9"\]'),
        ({"first": ["toy:0,0,0"]}, r'first was \[\], now \["toy:0,0,0"\]'),
        ({"space_options": {"value": 5.0}}, r'space_options was \{"seconds": 0.0.*now .*"value": 5.0.*'),
        ({"space": "toy:ToySpace", "strategy": "toy:Grid"}, 'strategy was "toy:Climber", now "toy:Grid"'),
    ],
)
def test_what_decides_the_trials_must_be_as_it_was(run, change, told):
    run("toy:ToySpace", "toy:Climber", budget=2)
    with pytest.raises(StorageError, match=f"'run' was started with other settings: {told}. Resume it with those"):
        run(resume=True, **change)


@pytest.mark.parametrize(
    "change",
    [{"workers": 2}, {"retries": 3}, {"timeout": 60.0}, {"finals": 1}, {"max_failures": 2}, {"middleware": ["log"]}],
)
def test_how_it_is_executed_may_change(run, change):
    before = run("toy:ToySpace", "toy:Climber", budget=4, batch=2)
    assert run(resume=True, **change).trials == before.trials


def test_more_workers_do_not_make_the_batch_larger(run):
    run("toy:ToySpace", "toy:Climber", budget=4)
    grown = run(resume=True, workers=2, budget=8)
    assert searched(grown) == searched(whole(budget=8))


class Perplexing(toy.ToySpace):
    """Its accuracy stands for another figure."""

    name = "toy:ToySpace"

    @hookimpl
    def objective(self):
        return Objective("perplexity", direction="min", low=1.0)


def test_a_space_whose_accuracy_now_stands_for_something_else_is_another_space(run):
    run("toy:ToySpace", "toy:Grid", budget=2)
    with pytest.raises(StorageError, match='objective was none, now {"name": "perplexity"'):
        run(Perplexing(), resume=True)


@pytest.mark.parametrize("main", [Objective("accuracy", "%", "max", 0.0, 100.0), Perplexing().objective()])
def test_the_main_figure_is_stored_with_its_bounds(main):
    assert resume.main_objective(resume.objective_document(main)) == main


# ---------------------------------------------------------------------- options that decide nothing, or were gained


def plugin(**fields):
    """Returns the class of a space with more options."""
    return attrs.define(eq=False)(
        type("Space", (toy.ToySpace,), {"__annotations__": dict.fromkeys(fields, int)} | fields)
    )


@pytest.fixture
def spaces(monkeypatch):
    """Sets the class that `lab:Space` names, which has these options besides those of the toy."""

    def now_has(**fields):
        monkeypatch.setattr(toy, "Lab", plugin(**fields), raising=False)

    return now_has


def test_an_option_that_decides_nothing_may_change(run, spaces):
    spaces(threads=option(1, "how many", identity=False), width=option(1, "how wide"))
    before = run("toy:Lab", "toy:Grid", budget=2, space_options={"threads": 2})
    assert run(resume=True, space_options={"threads": 8}).trials == before.trials
    with pytest.raises(StorageError, match='space_options was .*"width": 1.*now .*"width": 2'):
        run(resume=True, space_options={"width": 2})


def test_an_option_that_the_plugin_has_gained_since_hinders_nothing_at_its_default(run, spaces):
    spaces()
    before = run("toy:Lab", "toy:Grid", budget=2)
    spaces(width=option(1, "how wide"))
    assert run(resume=True).trials == before.trials
    with pytest.raises(StorageError, match='now .*"width": 2'):
        run(resume=True, space_options={"width": 2})


@pytest.mark.parametrize("more", [{"threads": 8}, {"gained": 1}])
def test_what_is_true_of_options_by_name_is_true_of_those_of_an_instance(run, more):
    def space(**fields):
        return plugin(threads=option(1, "how many", identity=False), **fields)

    before = run(space()(threads=2), "toy:Grid", budget=2)
    now = space(gained=option(1, "a new one"))(**more)
    assert run(now, resume=True).trials == before.trials
    with pytest.raises(StorageError, match='now .*"gained": 2'):
        run(space(gained=option(1, "a new one"))(gained=2), resume=True)


def test_an_option_that_the_plugin_has_lost_since_is_told(run, spaces):
    spaces(width=option(1, "how wide"))
    run("toy:Lab", "toy:Grid", budget=2)
    spaces()
    with pytest.raises(UsageError, match="no option 'width'"):
        run(resume=True)


@pytest.fixture
def older(tmp_path):
    """Makes the settings of the stored run those of version 0.1, which kept no arguments of instances."""

    def rewrite(**options):
        with closing(Storage(f"{tmp_path}/runs.db")) as storage:
            stored = storage.run("run")
            settings = {name: value for name, value in stored.settings.items() if name not in SINCE_0_1}
            storage.change(stored.id, settings | options)

    return rewrite


SINCE_0_1 = (*resume.GAINED, "objective", "planned", "execution")


class Stepping:
    """A strategy of a plain class."""

    def __init__(self, step):
        self.step = step

    @hookimpl
    def suggest(self, run, count):
        return [toy.architecture(0, 0, (run.next_number + n) * self.step % 4) for n in range(count)]


def test_arguments_of_instances_that_an_older_version_did_not_store_hinder_nothing_and_are_told(run, older, caplog):
    before = run(plain_space.Plain(50.0), Stepping(1), budget=3)
    older(space_options={}, strategy_options={})
    caplog.clear()
    assert run(plain_space.Plain(50.0), Stepping(1), resume=True).trials == before.trials
    assert [record.getMessage() for record in caplog.records if "older version" in record.getMessage()] == [
        "The run 'run' was stored by an older version of nasplug, which did not keep what its space 'Plain' was made "
        "with: that cannot be compared.",
        "The run 'run' was stored by an older version of nasplug, which did not keep what its strategy 'Stepping' was "
        "made with: that cannot be compared.",
    ]


def test_arguments_that_the_resume_of_an_older_run_has_stored_are_compared(run, older):
    run(plain_space.Plain(50.0), "toy:Grid", budget=3)
    older(space_options={})
    run(plain_space.Plain(50.0), resume=True)
    with pytest.raises(StorageError, match='space_options was .*"value": 50.0.*now .*"value": 60.0'):
        run(plain_space.Plain(60.0), resume=True)


def test_options_that_an_older_version_did_store_are_compared(run, older):
    run(toy.ToySpace(value=1.0), "toy:Grid", budget=2)
    older()
    with pytest.raises(StorageError, match='space_options was .*"value": 1.0.*now .*"value": 2.0'):
        run(toy.ToySpace(value=2.0), resume=True)


def test_arguments_that_this_version_did_not_store_are_missed(run, tmp_path):
    run(plain_space.Plain(50.0), "toy:Grid", budget=2)
    with closing(Storage(f"{tmp_path}/runs.db")) as storage:
        stored = storage.run("run")
        storage.change(stored.id, stored.settings | {"space_options": {}})
    with pytest.raises(StorageError, match="space_options was {}, now "):
        run(plain_space.Plain(50.0), resume=True)


# ---------------------------------------------------------------------- a run that grows


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"batch": 5},
        {"batch": 4},  # of which the first budget has a part alone
        {"batch": 4, "workers": 2},
        {"batch": 30},
        {"batch": 4, "first": ["toy:0,0,0", "toy:1,1,1", "toy:2,2,2"]},
        {"batch": 4, "first": [f"toy:{code % 4},{code // 4 % 4},3" for code in range(27)]},
        {"asynchronous": True},
    ],
)
def test_25_and_25_more_are_50(run, settings):
    grown = run("toy:ToySpace", "toy:Climber", budget=25, **settings)
    assert len(searched(grown)) == 25
    grown = run(resume=True, budget=50)
    assert searched(grown) == searched(whole(budget=50, **settings))
    assert numbers(grown.trials) == list(range(len(grown.trials)))
    assert grown.reason == "the budget of 50 trials is used"


def test_a_run_grows_in_steps_that_cut_batches_off(run):
    run("toy:ToySpace", "toy:Climber", budget=3, batch=4)
    for budget in (4, 9, 10, 22):
        grown = run(resume=True, budget=budget)
    assert searched(grown) == searched(whole(budget=22, batch=4))


def test_a_strategy_that_suggests_otherwise_when_it_is_asked_for_a_whole_batch_goes_on_from_what_is_stored(run):
    class Looks:
        """Suggests what depends on what remains of the budget."""

        @hookimpl
        def suggest(self, run, count):
            return [toy.architecture(len(run.trials) % 4, run.remaining % 4, place % 4) for place in range(count)]

    before = run("toy:ToySpace", Looks(), budget=6, batch=4)
    after = run(strategy=Looks(), resume=True, budget=12)
    assert searched(after)[:6] == searched(before)
    assert [trial.architecture.code for trial in searched(after)[6:]] == [
        (2, 2, 0), (2, 2, 1), (2, 2, 2), (2, 2, 3), (2, 2, 0), (2, 2, 1),
    ]  # fmt: skip


def test_a_strategy_whose_answer_depends_on_how_many_it_is_asked_for_grows_as_well(run):
    class Counts:
        """Suggests what depends on how many it is asked for."""

        @hookimpl
        def suggest(self, run, count):
            return [toy.architecture(len(run.trials) % 4, count % 4, place % 4) for place in range(count)]

    run("toy:ToySpace", Counts(), budget=6, batch=4)
    grown = run(strategy=Counts(), resume=True, budget=12)
    assert searched(grown) == searched(whole(Counts(), budget=12, batch=4))


def test_max_cost_may_grow(run):
    run("toy:ToySpace", "toy:Climber", max_cost=10.0)
    grown = run(resume=True, max_cost=20.0)
    assert searched(grown) == searched(whole(max_cost=20.0))
    assert grown.summary()["cost"] == 20.0


def test_a_strategy_sees_the_budget_it_has_planned_with(run, caplog):
    budgets = []

    class Planning(toy.Grid):
        """Looks at the budget."""

        name = "toy:Grid"

        @hookimpl
        def suggest(self, run, count):
            budgets.append((run.budget, run.remaining))
            return super().suggest(run, count)

    run("toy:ToySpace", Planning(), budget=2)
    with caplog.at_level(logging.INFO, "nasplug"):
        run(strategy=Planning(), resume=True, budget=3)
        run(strategy=Planning(), resume=True, budget=4)
    assert budgets == [(2, 2), (2, 1), (2, 1), (2, 1)]
    assert [record.message for record in caplog.records if "planned" in record.message] == [
        f"toy:Grid planned with a budget of 2 trials: what it derives from it stays, the run now goes on to {budget}."
        for budget in (3, 4)
    ]


def test_the_final_evaluation_of_a_grown_run_is_that_of_its_own_incumbent(run):
    first, grown = run("toy:ToySpace", "toy:Climber", budget=2), run(resume=True, budget=20)
    assert first.best.architecture != grown.best.architecture
    finals = [trial for trial in grown.trials if trial.purpose == "final"]
    assert [(t.number, t.architecture) for t in finals] == [(2, first.best.architecture), (21, grown.best.architecture)]
    assert [first.best.test, grown.best.test] == [t.accuracy for t in finals]


def test_a_budget_below_what_is_stored_is_refused_and_the_run_stays_as_it_was(run):
    before = run("toy:ToySpace", "toy:Grid", budget=4)
    with pytest.raises(UsageError, match="has 4 trials already: wanted a budget of at least 4, got 2"):
        run(resume=True, budget=2)
    after = run(resume=True)
    assert (after.trials, after.reason) == (before.trials, "the budget of 4 trials is used")
