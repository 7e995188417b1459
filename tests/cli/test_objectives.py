"""What `run`, `best`, `report`, `plot`, `compare` and `frontier` say of objectives and limits, on toy spaces."""

import json
import re

import objective_spaces
import pandas as pd
import pytest

RUN = ("run", "--strategy", "random", "--budget", "12", "--device", "toyphone", "--name")
PERPLEXITY, F1 = ("--space", "objective_spaces:Perplexity"), ("--space", "objective_spaces:F1")
TWO = ("--objective", "F1", "--objective", "parameters")
COMPARE = ("compare", "--strategy", "random", "--strategy", "toy:Climber", "--budget", "12", "--repeats", "2")


def perplexity_of(architecture):
    """Returns the noise-free perplexity of an architecture's text."""
    code = [int(part) for part in architecture.partition(":")[2].split(",")]
    return objective_spaces.Perplexity().figure(objective_spaces.toy.accuracy(code))


@pytest.fixture
def searched(invoke):
    """Calls the command line where a storage holds runs of perplexity, F1, two objectives, and one without a trial."""
    for name, more in (
        ("p", PERPLEXITY),
        ("f", F1),
        ("two", (*F1, *TWO, "--limit", "size<=6")),
        ("none", (*PERPLEXITY, "--limit", "parameters<=5e5", "--limit", "size<=2")),
    ):
        invoke(*RUN, name, *more)
    return invoke


# ---------------------------------------------------------------------- run


def test_a_run_of_a_perplexity_finds_the_lowest_and_shows_it_without_a_unit(invoke):
    result = invoke(*RUN, "p", *PERPLEXITY)
    trials = json.loads(invoke("trials", "p", "--json").stdout)
    lowest = min((t for t in trials if t["purpose"] == "search"), key=lambda t: t["accuracy"])
    shown = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in result.stdout.splitlines()}
    assert shown["architecture"] == lowest["architecture"]
    assert shown["validation perplexity"] == f"{lowest['accuracy']:.2f}"
    assert shown["test perplexity"] == f"{perplexity_of(lowest['architecture']):.2f}"
    assert f"trial 12/12: perplexity {trials[11]['accuracy']:.2f}, best {lowest['accuracy']:.2f}" in result.stderr


def test_a_document_has_the_main_objective_and_its_name(invoke):
    document = json.loads(invoke(*RUN, "f", *F1, "--json").stdout)
    assert document["best"]["objectives"] == {"F1": document["best"]["validation"]}
    assert 0.5 < document["best"]["validation"] <= 1.0
    assert (document["failed"], document["infeasible"]) == (0, 0)


def test_a_metric_can_be_the_main_objective(invoke):
    best = json.loads(invoke(*RUN, "m", *PERPLEXITY, "--objective", "f1:min", "--json").stdout)["best"]
    trials = [t for t in json.loads(invoke("trials", "m", "--json").stdout) if t["purpose"] == "search"]
    assert best["validation"] == min(t["f1"] for t in trials)
    assert best["objectives"] == {"f1": best["validation"]}
    assert "validation f1" in invoke("best", "m").stdout


def test_what_breaks_a_limit_is_counted_apart_and_is_never_the_best(invoke):
    run = (*RUN, "l", *F1, "--limit", "size<=6", "--limit", "parameters<=7e6")
    result = invoke(*run)
    trials = json.loads(invoke("trials", "l", "--json").stdout)
    infeasible = [t for t in trials if t["state"] == "infeasible"]
    assert all(t["parameters"] > 7e6 and t["accuracy"] is None for t in infeasible)  # nothing was paid for
    assert f"12, 0 failed, {len(infeasible)} infeasible" in result.stdout
    assert re.search(r"limits +size<=6, parameters<=7e\+06", result.stdout)
    number = infeasible[0]["number"] + 1
    assert re.search(rf"trial {number}/12: infeasible, not evaluated: parameters is \de\+06", result.stderr)


def test_a_run_of_which_nothing_is_feasible_names_the_nearest(invoke):
    result = invoke(*RUN, "none", *PERPLEXITY, "--limit", "size<=0", "--json")
    document = json.loads(result.stdout)
    assert (result.returncode, document["best"], document["infeasible"]) == (1, None, 12)
    trials = json.loads(invoke("trials", "none", "--json").stdout)
    nearest = min(trials, key=lambda t: t["size"])
    assert result.stderr.splitlines()[-1] == (
        "Error: In the run 'none', no trial keeps the limit size<=0: the nearest is "
        f"{nearest['architecture']} (trial {nearest['number']}) with size {nearest['size']:.2f}."
    )


def test_several_objectives_end_with_a_front_whose_members_have_final_evaluations(invoke):
    result = invoke(*RUN, "two", *F1, *TWO)
    title, columns, *rows = result.stdout.partition("\n\n")[2].splitlines()
    assert title == "Front of F1 and parameters"
    assert re.split(r"  +", columns.strip()) == ["validation F1", "parameters", "test F1", "architecture", "trial"]
    values = [(float(f1), float(size.replace(",", ""))) for f1, size, *_ in map(str.split, rows)]
    assert values == sorted(values, reverse=True)
    assert len({size for _, size in values}) == len(values) > 1
    front = json.loads(invoke("run", *F1, "--strategy", "random", "--budget", "12", *TWO, "--json").stdout)["front"]
    assert [len(row["objectives"]) for row in front] == [2] * len(values)
    assert all(row["test"] is not None for row in front)


def test_without_final_evaluations_the_best_is_printed_and_nothing_is_wrong(invoke):
    result = invoke(*RUN, "p", *PERPLEXITY, "--finals", "0")
    assert (result.returncode, bool(re.search(r"test perplexity +not evaluated", result.stdout))) == (0, True)


# ---------------------------------------------------------------------- best and trials


def test_best_shows_the_frontier_of_a_perplexity_against_latency(searched):
    front = json.loads(searched("best", "p", "--json").stdout)["frontier"]
    assert [row["latency"] for row in front] == sorted(row["latency"] for row in front)
    assert [row["perplexity"] for row in front] == sorted((row["perplexity"] for row in front), reverse=True)
    shown = searched("best", "p").stdout
    assert "Frontier of validation perplexity against latency (ms), hypervolume " in shown
    assert "perplexity × ms" in shown


def test_best_shows_the_front_of_two_objectives_and_the_limits(searched):
    result = searched("best", "two")
    assert "Front of F1 and parameters, hypervolume " in result.stdout
    assert re.search(r"limits +size<=6", result.stdout)
    document = json.loads(searched("best", "two", "--json").stdout)
    first = document["front"][0]
    assert (first["architecture"], first["objectives"]) == (document["architecture"], document["objectives"])
    assert document["hypervolume"] > 0.0
    assert "frontier" not in document


def test_the_hypervolume_of_three_objectives_is_that_of_all_three(invoke):
    invoke(*RUN, "three", *F1, *TWO, "--objective", "latency")
    [title] = [line for line in invoke("best", "three").stdout.splitlines() if line.startswith("Front of")]
    assert re.fullmatch(
        r"Front of F1 and parameters and latency \(ms\), hypervolume [\d,.]+ F1 × parameters × ms", title
    )


@pytest.mark.parametrize("command", [("best",), ("best", "--json"), ("plot", "--out", "x.png")])
def test_where_nothing_is_feasible_the_nearest_is_named(searched, command):
    result = searched(*command, "none")
    assert (result.returncode, result.stdout) == (1, "")
    limits = r"the limits parameters<=500000 and size<=2"
    assert re.search(
        rf"no trial keeps {limits}: the nearest is toy:\d,\d,\d \(trial \d+\) with parameters", result.stderr
    )


def test_trials_name_the_main_figure_and_show_its_digits(searched):
    columns, first, *_ = searched("trials", "f").stdout.splitlines()
    assert "F1" in columns.split()
    assert re.search(r" 0\.\d{4} ", first)


def test_a_predicted_ranking_of_a_perplexity_begins_with_the_lowest(invoke):
    invoke("run", *PERPLEXITY, "--strategy", "toy:Foreseer", "--budget", "6", "--name", "r")
    ranking = json.loads(invoke("best", "r", "--predicted", "--json").stdout)["predicted"]
    assert [row["predicted"] for row in ranking] == sorted(row["predicted"] for row in ranking)
    assert list(ranking[0]) == ["predicted", "perplexity", "architecture", "trial"]
    assert "Best by predicted validation perplexity, of those trained" in invoke("best", "r", "--predicted").stdout


# ---------------------------------------------------------------------- report and plot


def embedded(path):
    return json.loads(re.search(r'id="data">(.*?)</script>', path.read_text(), re.DOTALL)[1])


def test_a_report_shows_the_main_objective_its_direction_and_the_front(searched, tmp_path):
    assert searched("report", "p", "--out", "p.html").returncode == 0
    data = embedded(tmp_path / "p.html")
    best_so_far = [value for _, value in data["incumbents"]]
    assert best_so_far == sorted(best_so_far, reverse=True)
    assert data["objective"]["label"] == "validation perplexity"
    assert searched("report", "two", "--out", "two.html").returncode == 0
    data = embedded(tmp_path / "two.html")
    assert (data["frontier"]["x"]["label"], data["frontier"]["unit"]) == ("parameters", "F1 × parameters")
    front = json.loads(searched("best", "two", "--json").stdout)["front"]
    assert sorted(data["frontier"]["numbers"]) == sorted(row["trial"] for row in front)


def test_a_report_of_a_run_in_which_nothing_is_feasible_says_so(searched, tmp_path):
    assert searched("report", "none", "--out", "none.html").returncode == 0
    assert (
        "no trial keeps the limits parameters&lt;=500000 and size&lt;=2: the nearest is"
        in (tmp_path / "none.html").read_text()
    )


@pytest.mark.parametrize(
    ("run", "kind", "labels"),
    [
        ("p", "incumbent", ["validation perplexity of the incumbent"]),
        ("f", "latency", ["validation F1", "latency (ms)"]),
        ("two", "front", ["validation F1", "parameters", "two, breaks a limit"]),
        ("two", "hypervolume", ["hypervolume (F1 × parameters)"]),
        ("p", "hypervolume", ["hypervolume (perplexity × ms)"]),
    ],
)
def test_figures_name_the_objectives(searched, tmp_path, run, kind, labels):
    assert searched("plot", run, "--kind", kind, "--out", "x.svg").returncode == 0
    figure = (tmp_path / "x.svg").read_text()
    assert [label for label in labels if f">{label}</text>" not in figure] == []


def test_runs_of_different_objectives_have_no_axes_in_common(searched):
    result = searched("plot", "p", "two", "--out", "x.png")
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    assert "'p' searched for perplexity (min), 'two' searched for F1 (max) and parameters (min)" in result.stderr


# ---------------------------------------------------------------------- compare and frontier


def test_a_comparison_of_a_perplexity_reports_the_lowest_and_goes_down(invoke, tmp_path):
    result = invoke(*COMPARE, *PERPLEXITY, "--out", "x", "--json")
    document = json.loads(result.stdout)
    assert document["objective"] == {"name": "perplexity", "unit": "", "direction": "min"}
    assert document["accuracy"] == "test perplexity"
    trials = pd.read_csv(tmp_path / "x" / "trials.csv")
    for _, repeat in trials[trials["purpose"] == "search"].groupby(["strategy", "repeat"]):
        lowest = repeat["accuracy"].cummin()
        assert list(repeat["accuracy"][repeat["incumbent"]]) == list(dict.fromkeys(lowest))
    worst_first = [row["level"] for row in document["levels"]][:2]
    assert worst_first == sorted(worst_first, reverse=True)
    assert ">test perplexity</text>" in (tmp_path / "x" / "comparison.svg").read_text()


def test_a_comparison_is_of_the_main_objective_within_the_limits(invoke, tmp_path):
    run = (*COMPARE, *F1, "--objective", "size", "--limit", "size<=6")
    result = invoke(*run, "--level", "5", "--out", "x")
    assert result.stdout.startswith("test size at the end\n")
    trials = pd.read_csv(tmp_path / "x" / "trials.csv")
    assert trials["reported"].max() == 6.0
    assert set(trials["state"]) == {"complete", "infeasible"}
    assert pd.read_csv(tmp_path / "x" / "levels.csv")["level"].tolist() == [5.0, 5.0]
    assert invoke("plot", "--comparison", "x", "--out", "x.svg").returncode == 0
    assert ">test size</text>" in (tmp_path / "x.svg").read_text()


def test_a_comparison_of_other_objectives_is_another_one(invoke):
    assert invoke(*COMPARE, *F1, "--out", "x").returncode == 0
    result = invoke(*COMPARE, *F1, "--objective", "size", "--limit", "size<=6", "--out", "x")
    assert (
        'x holds another comparison: objectives was [], now ["size"]; limits was [], now ["size<=6"]' in result.stderr
    )


@pytest.mark.parametrize(
    ("level", "message"),
    [("1.5", "--level is a value of F1 from 0 to 1, got 1.5."), ("nan", "'nan' is not a finite number")],
)
def test_a_level_that_the_main_objective_never_has_is_refused(invoke, level, message):
    result = invoke(*COMPARE, *F1, "--level", level, "--out", "x")
    assert (result.returncode, message in result.stderr) == (2, True)


def test_a_comparison_in_which_nothing_is_feasible_says_so(invoke):
    result = invoke(*COMPARE, *F1, "--limit", "parameters<=5e5", "--out", "x")
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    assert "all their trials failed or broke a limit" in result.stderr


def test_a_frontier_of_a_perplexity_falls_with_latency(invoke, tmp_path):
    invoke("run", *PERPLEXITY, "--strategy", "random", "--budget", "8", "--name", "r")
    more = ("--strategy", "toy:Foreseer", "--device", "toyphone", "--latency", "10:20", "--samples", "20")
    result = invoke("frontier", *PERPLEXITY, *more, "--run", "r", "--final", "2", "--out", "front")
    rows = pd.read_csv(tmp_path / "front" / "frontier.csv")
    assert list(rows["predicted"]) == sorted(rows["predicted"], reverse=True)
    first = rows["architecture"][0]
    assert f"{first}: {perplexity_of(first):.2f}\n" in result.stderr
    assert "perplexity" in result.stdout.splitlines()[1].split()
    assert ">perplexity</text>" in (tmp_path / "front" / "frontier.svg").read_text()
