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
from nasplug.engine import progress as module
from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.engine.progress import RunProgress, time_left
from nasplug.engine.settings import Settings


def start(progress, run):
    """Calls `on_start` as a run does whose other plugins have started."""
    list(progress.on_start(run))


def run_of(budget=10, workers=1, **more):
    settings = Settings(space="toy", strategy="grid", workers=workers, budget=budget, confirm=more.pop("confirm", None))
    values = {"name": "r", "seed": 3, "storage": None, "replaying": False, "remaining": 5}
    values |= {"in_flight": "2 running, 0 waiting", "goal": DEFAULT_GOAL}
    return SimpleNamespace(settings=settings, **values | more)


def trial(number, accuracy=50.0, purpose="search", **metrics):
    state, error = ("complete", None) if accuracy else ("failed", "lost \x1b[31m\n  where")
    evaluation = Evaluation(accuracy, 1.0, metrics) if accuracy else None
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


def test_a_run_begins_with_what_will_happen_and_where_it_is_kept(shown):
    will_tell = "; the time is being measured by the first"
    assert shown(run_of(), []) == [f"toy × grid: 10 networks, seed 3{will_tell}"]
    assert shown(run_of(40, 2, confirm=(3, 4)), []) == [
        f"toy × grid: 40 networks, 2 at a time, then the best 3 trained 4 times more, seed 3{will_tell}"
    ]
    assert shown(run_of(None, storage="x.db"), []) == [
        "toy × grid: networks without a bound, seed 3, kept in x.db as r"
    ]


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
        "trial 1: infeasible, size is 1 \\x1b[31m, none complete yet",
        "trial 2: infeasible, size is 2 \\x1b[31m, none complete yet",
        "trial 3: 50.00 %, best 50.00 %",
    ]


def test_the_best_has_an_error_bar_where_its_trainings_tell_one(shown):
    several = trial(0, 50.0, repeats=4, repeat_deviation=1.0)
    twice = [
        attrs.evolve(trial(number, value), architecture=several.architecture) for number, value in ((1, 60), (2, 58))
    ]
    assert [line.partition(", best ")[2] for line in shown(run_of(None), [several, *twice])[1:]] == [
        "50.00 ± 0.50 %", "60.00 ± 4.56 %", "60.00 ± 4.75 %",
    ]  # fmt: skip


def test_trainings_that_confirm_are_counted_apart_and_the_best_is_the_best_confirmed_mean(shown):
    searched = [trial(0, 90.0), trial(1, 80.0)]
    again = [attrs.evolve(trial(number, value, "confirm"), architecture=t.architecture)
             for number, value, t in ((2, 50.0, searched[0]), (3, 82.0, searched[1]))]  # fmt: skip
    assert shown(run_of(2, confirm=(2, 1)), [*searched, *again, trial(4, 79.0, "final")])[3:] == [
        "confirm 1/2: 50.00 %, best confirmed 70.00 ± 20.00 %, about 2 min left",
        "confirm 2/2: 82.00 %, best confirmed 81.00 ± 1.00 %, about 60 s left",
        "final: 79.00 %, best confirmed 81.00 ± 1.00 %",
    ]


def test_in_a_pipe_a_line_says_how_far_the_run_is_whenever_there_was_none_for_ten_seconds(clock, capsys):
    progress, run = RunProgress(), run_of(40, workers=2)
    start(progress, run)
    for seconds in (5.0, 5.0, 5.0, 6.0):
        clock.seconds += seconds
        progress.tick()
    progress.on_trial(run, trial(0))
    run.in_flight = "0 running, 0 waiting"
    clock.seconds += 10.0
    progress.tick()
    progress.on_stop()
    assert capsys.readouterr().err.splitlines()[1:] == [
        "0/40, 2 running, 10 s",
        "0/40, 2 running, 21 s",
        "trial 1/40: 50.00 %, best 50.00 %, about 7 min left",
        "1/40, the strategy chooses, 31 s, best 50.00 %, about 7 min left",
    ]


def test_lines_come_while_the_first_trial_still_runs(capsys, monkeypatch):
    monkeypatch.setattr(module, "SILENCE", 0.05)
    monkeypatch.setattr(module, "TICK", 0.02)
    nasplug.search(toy.ToySpace(seconds=0.3), "toy:Grid", budget=2, workers=2, progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert lines[1].startswith("0/2, 2 running, 0 s")
    assert any(line.startswith("final, 1 running") for line in lines)


def test_known_trials_are_not_shown_and_count_for_nothing(shown):
    assert shown(run_of(), [trial(-1, 90.0, "known")])[1:] == []


def test_without_a_budget_nothing_is_known_of_the_time_left(shown):
    assert shown(run_of(None), [trial(0)])[1:] == ["trial 1: 50.00 %, best 50.00 %"]


def test_several_workers_evaluate_in_rounds(shown):
    lines = shown(run_of(8, workers=4), [trial(0), trial(1, None), trial(2)], seconds=1.0)
    assert lines[1] == "trial 1/8: 50.00 %, best 50.00 %, about 2 s left"
    assert lines[3] == "trial 3/8: 50.00 %, best 50.00 %, about 6 s left"


def test_replayed_trials_count_for_the_best_but_have_no_line_and_no_time(shown, clock, capsys):
    progress, run = RunProgress(), run_of(3, replaying=True)
    start(progress, run)
    progress.on_trial(run, trial(0, 70.0))
    run.replaying = False
    clock.seconds += 10
    progress.on_trial(run, trial(1, 60.0))
    progress.on_stop()
    assert capsys.readouterr().err.splitlines()[1:] == ["trial 2/3: 60.00 %, best 70.00 %, about 20 s left"]
    assert progress.trials == 2


def test_in_a_run_that_grows_past_what_had_confirmed_it_trials_are_counted_and_not_their_numbers(shown):
    made = [trial(0), trial(1, 52.0, "confirm"), trial(2, 60.0, "final"), trial(3, 51.0)]
    assert shown(run_of(2, confirm=(1, 1)), made)[-1].startswith("trial 2/2: 51.00 %")


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
    clock.seconds += 10
    progress.on_trial(run, trial(0, 50.0))
    (task,) = progress._bar.tasks
    assert (task.completed, task.total) == (1, 4)
    assert task.fields["state"] == "2 running, best 50.00 %, about 30 s left"
    clock.seconds += 10
    progress.on_trial(run, trial(1, 40.0))
    clock.seconds += 4
    progress.tick()
    assert task.fields["state"] == "2 running, best 50.00 %, about 16 s left"
    progress.on_stop()
    assert progress._bar.finished is False
    assert not progress._bar.live.is_started
    assert "trial 1/3" not in screen.getvalue()


def test_what_plugins_log_at_info_is_shown(clock, capsys):
    progress = RunProgress(shows_logs=True)
    start(progress, run_of())
    progress.on_stop()
    logging.getLogger("nasplug.plugin").info("hello")
    logging.getLogger("nasplug.plugin").debug("quiet")
    assert capsys.readouterr().err.split()[-1] == "hello"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (89.4, "89 s"), (90, "2 min"), (600, "10 min"), (9000, "2.5 h")]
)
def test_the_time_left_is_in_seconds_minutes_or_hours(seconds, text):
    assert time_left(seconds) == f", about {text} left"


def test_a_search_from_python_shows_the_same_progress_if_it_is_asked_for(capsys):
    nasplug.search(toy.ToySpace(), "toy:Grid", budget=2, progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "ToySpace × toy:Grid: 2 networks, seed 0; the time is being measured by the first"
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
