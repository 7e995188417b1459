"""The command line as a user types it, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from paths import HELPERS

RUN = ("run", "--space", "toy:ToySpace", "--strategy", "toy:Grid", "--budget", "5", "--name", "first")


def test_a_run_prints_one_json_document_and_keeps_its_trials(invoke, tmp_path):
    result = invoke(*RUN, "--json")
    document = json.loads(result.stdout)
    assert list(document) == [
        "run", "space", "strategy", "seed", "trials", "failed", "infeasible", "cost", "best", "storage",
    ]  # fmt: skip
    assert set(document["best"]) == {
        "architecture", "validation", "test", "source", "latency", "metrics", "standard_error", "trainings",
        "chosen_by",
    }  # fmt: skip
    assert (document["run"], document["trials"], document["failed"], document["best"]["architecture"]) == (
        "first",
        5,
        0,
        "toy:0,0,3",
    )
    assert (tmp_path / "nasplug.db").exists()
    assert "trial 5/5" in result.stderr


def test_a_run_for_people_ends_with_a_table(invoke):
    result = invoke(*RUN, "--device", "toyphone")
    assert result.returncode == 0
    for line in ("architecture", "validation accuracy", "test accuracy", "latency", "parameters", "kept in"):
        assert line in result.stdout


NOISY = ("run", "--space", "noisy:NoisySpace", "--strategy", "random", "--budget", "8", "--name", "sure")


def test_a_run_that_confirms_says_by_what_it_chose_how_sure_that_is_and_how_to_go_on(invoke):
    result = invoke(*NOISY, "--confirm", "2:3")
    lines = {line[:21].strip(): line[21:] for line in result.stdout.splitlines()}
    assert lines["chosen by"] == "mean accuracy of all its trainings, the best of 2 trained 3 times more"
    assert " ± " in lines["validation accuracy"]
    assert "better than the median of the 8 networks drawn at random" in lines["against random"]
    assert lines["confirmed by"] == "6, 0 failed, 12 s of training"
    assert "then the best 2 trained 3 times more" in result.stderr.splitlines()[0]
    assert "confirm 6/6: " in result.stderr
    assert result.stderr.splitlines()[-2:] == ["Go on with:", "  nasplug report sure --out sure.html"]


def test_what_was_confirmed_is_exported_shown_and_no_known_trial(invoke):
    invoke(*NOISY, "--confirm", "2:3")
    rows = json.loads(invoke("export", "sure", "--format", "json").stdout)
    chosen = [row for row in rows if row["chosen_by"]]
    best = json.loads(invoke("best", "sure", "--json").stdout)
    assert [(row["architecture"], row["purpose"], row["chosen_by"]) for row in chosen] == [
        (best["architecture"], "search", best["chosen_by"])
    ]
    assert (best["trainings"], best["standard_error"] > 0) == (4, True)
    invoke("export", "sure", "--out", "sure.csv")
    known = invoke(*NOISY[:-1], "next", "--known", "sure.csv")
    assert known.returncode == 0, known.stderr
    assert "Left out" not in known.stderr


def test_names_with_brackets_are_names_and_no_markup(invoke):
    result = invoke(*RUN[:-1], "exp[/a]", "--storage", "my [old] runs.db")
    assert result.returncode == 0, result.stderr
    assert "kept in sqlite:///my [old] runs.db as exp[/a]" in result.stderr


def test_options_reach_space_strategy_and_middleware(invoke, tmp_path):
    result = invoke(*RUN, "--space-opt", "value=33", "--with", "cache", "--with", "log:path=log.jsonl", "--json")
    assert json.loads(result.stdout)["best"]["validation"] == 33.0
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 8


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("run",), 2, "A new run needs a space and a strategy"),
        (("rnu",), 2, "No such command 'rnu'. Did you mean 'run'?"),
        (("run", "--space", "proxyles", "--strategy", "random"), 2, "Did you mean 'proxyless'?"),
        (("show", "nothing"), 2, "No plugin named 'nothing'"),
        ((*RUN[:5], "--budget", "0"), 2, "budget must be at least 1"),
        ((*RUN, "--space-opt", "value=abc"), 2, "option value wants float, got 'abc'"),
        ((*RUN, "--space-opt", "vlaue=1"), 2, "Did you mean 'value'?"),
        ((*RUN, "--latency", "75"), 2, "is not LOW:HIGH"),
        ((*RUN, "--confirm", "0:0"), 2, "confirm is K:R, two whole numbers of at least 1"),
        ((*RUN, "--device", "abacus"), 1, "cannot tell latencies on the device 'abacus'"),
        ((*RUN, "--with", "nothing"), 2, "No middleware named 'nothing'"),
        ((*RUN, "--storage", "no/folder/x.db"), 1, "unable to open database file"),
        ((*RUN, "--resume"), 1, "There is no run 'first'"),
        ((*RUN, "--space-opt", "broken=yes"), 1, "The toy has no batteries"),
        (
            (*RUN, "--space-opt", "value=250"),
            1,
            "No trial of the run 'first' is complete: 5 failed. The first: ValueError",
        ),
        (("best", "nobody"), 1, "There is no storage at nasplug.db"),
    ],
)
def test_a_mistake_is_one_message_without_a_traceback(invoke, arguments, code, message):
    result = invoke(*arguments)
    assert (result.returncode, "Traceback" in result.stderr) == (code, False)
    assert message in result.stderr


def test_a_name_that_exists_and_other_settings_lose_nothing(invoke):
    invoke(*RUN)
    before = invoke("export", "first").stdout
    assert "already in sqlite:///nasplug.db. Add --resume" in invoke(*RUN).stderr
    assert "seed was 0, now 1" in invoke(*RUN, "--seed", "1", "--resume").stderr
    assert invoke("export", "first").stdout == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "times"), [(signal.SIGINT, 130, 1), (signal.SIGTERM, 143, 1), (signal.SIGINT, 130, 3)]
)
def test_an_interrupted_run_says_how_to_go_on_and_does(invoke, tmp_path, number, code, times):
    command = (*RUN, "--space-opt", "seconds=0.4")
    with subprocess.Popen(
        [sys.executable, "-m", "nasplug.cli", *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(HELPERS)},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job would ignore Ctrl-C
    ) as run:
        for line in run.stderr:
            if "trial 2/5" in line:
                break
        time.sleep(0.1)
        for _ in range(times):  # an impatient user: each comes while the run is about to end
            run.send_signal(number)
            time.sleep(0.005)
        said = run.stderr.read()
    assert (run.returncode, said.count("Interrupted."), "Traceback" in said) == (code, 1, False), said
    assert "2 trials are kept in sqlite:///nasplug.db" in said
    assert "--name first" in said
    assert said.rstrip().endswith("--resume")
    result = invoke(*command, "--resume", "--json")
    assert json.loads(result.stdout)["trials"] == 5


def test_an_explanation_shows_who_is_called_in_the_order_of_a_run_and_runs_nothing(invoke, tmp_path):
    more = ("--with", "log:path=x", "--with", "cache", "--max-cost", "9", "--timeout", "5")
    result = invoke(*RUN, *more, "--device", "toyphone", "--latency", "10:15", "--explain")
    first, columns, *lines = result.stdout.splitlines()
    assert first == "Middleware, outermost first: log:path=x > cache > budget:max_cost=9.0 > processes > toy:ToySpace"
    assert columns == "hook             plugins in the order of their calls"
    calls = {name: text.strip() for name, _, text in (line.partition(" ") for line in lines)}
    assert calls["suggest"] == "the latency window > toy:Grid"
    assert calls["mutate"] == "the latency window > toy:ToySpace"
    assert calls["evaluate"] == "cache > processes > toy:ToySpace > nasplug's default"
    assert calls["on_start"] == "log:path=x, cache, budget:max_cost=9.0, processes"
    assert list(calls).index("on_start") < list(calls).index("suggest") < list(calls).index("evaluate")
    assert lines[-1] == "a > b: b is called unless a answers itself.  a, b: both are called."
    assert (result.returncode, list(tmp_path.iterdir())) == (0, [])


def test_an_explanation_is_a_document_too(invoke):
    document = json.loads(invoke(*RUN, "--with", "cache", "--explain", "--json").stdout)
    assert document["chain"] == ["cache", "toy:ToySpace"]
    assert document["hooks"]["evaluate"] == ["cache", "toy:ToySpace", "fallback"]
    assert "predict" not in document["hooks"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("impatient", [False, True])
def test_a_signal_stops_the_search_and_a_second_one_ends_the_program(invoke, monkeypatch, number, code, impatient):
    ended = []

    def search(**_):
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            if impatient:
                signal.raise_signal(signal.SIGINT if number == signal.SIGTERM else signal.SIGTERM)
            ended.append("in good order")
            raise

    monkeypatch.setattr("nasplug.cli.run.search", search)
    result = invoke(*RUN)
    assert (result.returncode, result.stderr) == (
        273 - code if impatient else code,
        "Interrupted before the first trial.\n",
    )
    assert ended == ([] if impatient else ["in good order"])
    assert signal.getsignal(number) == signal.SIG_IGN


def test_a_signal_that_is_ignored_stays_ignored(invoke, monkeypatch):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    monkeypatch.setattr("nasplug.cli.run.search", lambda **_: signal.raise_signal(signal.SIGINT) or 1 / 0)
    result = invoke(*RUN)
    assert (result.returncode, "ZeroDivisionError" in result.stderr) == (1, True)
