"""What is shown of a run while it goes on."""

import io
import logging
from types import SimpleNamespace

import attrs
import pytest
import toy
from rich.console import Console

import nasplug
from nasplug import Architecture, Evaluation, Objective, Trial
from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.engine.progress import RunProgress, time_left


def start(progress, run):
    """Calls `on_start` as a run does whose other plugins have started."""
    list(progress.on_start(run))


def run_of(budget=10, workers=1, **more):
    settings = SimpleNamespace(space="toy", strategy="grid", workers=workers, budget=budget)
    values = {"name": "r", "seed": 3, "storage": None, "replaying": False, "remaining": 5, "in_flight": "2 running"}
    return SimpleNamespace(settings=settings, **values | {"goal": DEFAULT_GOAL} | more)


def trial(number, accuracy=50.0, purpose="search"):
    state, error = ("complete", None) if accuracy else ("failed", "lost \x1b[31m\n  where")
    evaluation = Evaluation(accuracy, 1.0) if accuracy else None
    return Trial(number, Architecture("toy", (number,)), state, evaluation, error, purpose, 0.0, 1.0)


@pytest.fixture
def shown(clock, capsys):
    """Returns the lines that are printed of trials, each `seconds` after the last."""

    def show(run, trials, seconds=60.0):
        progress = RunProgress()
        start(progress, run)
        for one in trials:
            clock.seconds += seconds
            progress.on_trial(run, one)
        progress.on_stop()
        return capsys.readouterr().err.splitlines()

    return show


def test_a_run_begins_with_what_is_run_and_where_it_is_kept(shown):
    assert shown(run_of(), []) == ["toy × grid: seed 3, 10 trials"]
    assert shown(run_of(None, storage="x.db"), []) == ["toy × grid: seed 3, no budget of trials, kept in x.db as r"]


def test_a_run_that_a_plugin_refuses_is_not_named(clock, capsys):
    progress = RunProgress()
    starting = progress.on_start(run_of(storage="x.db"))
    next(starting)
    with pytest.raises(ValueError, match="refused"):
        starting.throw(ValueError("refused"))
    progress.on_stop()
    assert capsys.readouterr().err == ""


def test_every_trial_is_a_line_with_the_best_so_far_and_the_time_left(shown):
    made = [trial(0, None), trial(1, 50.0), trial(2, 40.0), trial(2, 60.0, "final")]
    assert shown(run_of(3), made)[1:] == [
        "trial 0 failed: lost \\x1b[31m",
        "trial 2/3: 50.00 %, best 50.00 %, about 2 min left",
        "trial 3/3: 40.00 %, best 50.00 %, about 60 s left",
        "final: 60.00 %, best 50.00 %",
    ]


def test_another_objective_is_named_with_its_own_digits_and_the_best_is_in_its_direction(shown):
    goal = Goal.of([], [], Objective("perplexity", direction="min"))
    made = [trial(0, 41.5), trial(1, 38.25), trial(1, 40.0, "final")]
    assert shown(run_of(None, goal=goal), made)[1:] == [
        "trial 1: perplexity 41.50, best 41.50", "trial 2: perplexity 38.25, best 38.25",
        "final: perplexity 40.00, best 38.25",
    ]  # fmt: skip


def test_a_trial_that_breaks_a_limit_is_neither_failed_nor_the_best(shown):
    paid, unpaid = (
        attrs.evolve(trial(number, 90.0), state="infeasible", error=f"size is {number} \x1b[31m") for number in (1, 2)
    )
    made = [paid, attrs.evolve(unpaid, evaluation=None), trial(3, 50.0)]
    assert shown(run_of(None, workers=2), made)[1:] == [
        "trial 2: infeasible, size is 1 \\x1b[31m, none complete yet (2 running, 0 failed)",
        "trial 3: infeasible, size is 2 \\x1b[31m, none complete yet (2 running, 0 failed)",
        "trial 4: 50.00 %, best 50.00 % (2 running, 0 failed)",
    ]


def test_known_trials_are_not_shown_and_count_for_nothing(shown):
    assert shown(run_of(), [trial(-1, 90.0, "known")])[1:] == []


def test_without_a_budget_nothing_is_known_of_the_time_left(shown):
    assert shown(run_of(None), [trial(0)])[1:] == ["trial 1: 50.00 %, best 50.00 %"]


def test_several_workers_evaluate_in_rounds(shown):
    lines = shown(run_of(8, workers=4), [trial(0), trial(1, None), trial(2)], seconds=1.0)
    assert lines[1] == "trial 1/8: 50.00 %, best 50.00 %, about 2 s left (2 running, 0 failed)"
    assert lines[3] == "trial 3/8: 50.00 %, best 50.00 %, about 6 s left (2 running, 1 failed)"


def test_replayed_trials_count_for_the_best_but_have_no_line_and_no_time(shown, clock, capsys):
    progress, run = RunProgress(), run_of(3, replaying=True)
    start(progress, run)
    progress.on_trial(run, trial(0, 70.0))
    run.replaying = False
    clock.seconds += 10
    progress.on_trial(run, trial(1, 60.0))
    assert capsys.readouterr().err.splitlines()[1:] == ["trial 2/3: 60.00 %, best 70.00 %, about 20 s left"]
    assert progress.trials == 2


def test_after_twenty_trials_four_lines_a_second_are_enough(shown):
    lines = shown(run_of(100), [trial(i) for i in range(30)], seconds=0.125)
    assert [line.partition(":")[0] for line in lines[18:]] == [
        "trial 18/100", "trial 19/100", "trial 20/100", "trial 22/100", "trial 24/100", "trial 26/100", "trial 28/100",
        "trial 30/100",
    ]  # fmt: skip


def test_the_last_two_lines_are_always_printed(shown):
    many = [trial(i) for i in range(25)]
    assert shown(run_of(25, remaining=0), many, 0.0)[-1].startswith("trial 25/25")
    assert shown(run_of(25), [*many, trial(24, 60.0, "final")], 0.0)[-1].startswith("final: 60.00 %")


def test_a_terminal_has_a_bar_that_moves_and_ends(clock, monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr(
        "rich.console.Console", lambda **more: Console(file=screen, force_terminal=True, width=120, soft_wrap=True)
    )
    progress, run = RunProgress(), run_of(3)
    start(progress, run)
    progress.on_trial(run, trial(0, 50.0))
    (task,) = progress._bar.tasks
    assert (task.completed, task.total, task.fields["best"]) == (1, 4, "best 50.00 %")
    progress.on_stop()
    assert progress._bar.finished is False
    assert not progress._bar.live.is_started
    assert "trial 1/3" not in screen.getvalue()


def test_what_plugins_log_at_info_is_shown(clock, capsys):
    start(RunProgress(shows_logs=True), run_of())
    logging.getLogger("nasplug.plugin").info("hello")
    logging.getLogger("nasplug.plugin").debug("quiet")
    assert capsys.readouterr().err.split()[-1] == "hello"


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (89.4, "89 s"), (90, "2 min"), (600, "10 min")])
def test_the_time_left_is_in_seconds_or_minutes(seconds, text):
    assert time_left(seconds) == f", about {text} left"


def test_a_search_from_python_shows_the_same_progress_if_it_is_asked_for(capsys):
    nasplug.search(toy.ToySpace(), "toy:Grid", budget=2, progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "ToySpace × toy:Grid: seed 0, 2 trials"
    assert [line.partition(":")[0] for line in lines[1:]] == ["trial 1/2", "trial 2/2", "final"]


def test_a_search_from_python_is_silent_and_leaves_the_logging_of_the_program_alone(capsys):
    logger = logging.getLogger("nasplug")
    before = logger.level, list(logger.handlers)
    nasplug.search(toy.ToySpace(), "toy:Grid", budget=2)
    assert capsys.readouterr().err == ""
    nasplug.search(toy.ToySpace(), "toy:Grid", budget=2, progress=True)
    assert (logger.level, logger.handlers) == before


def test_observers_are_told_beside_the_progress():
    heard = []

    class Observer:
        @nasplug.hookimpl
        def on_trial(self, trial):
            heard.append(trial.number)

    nasplug.search(toy.ToySpace(), "toy:Grid", budget=2, observers=[Observer()], progress=True)
    assert heard == [0, 1, 2]
