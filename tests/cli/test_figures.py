"""`report` and `plot` as a user calls them: files, figures, and one message for each mistake."""

import json
import re

import pytest

RUN = ("run", "--space", "toy:ToySpace", "--strategy", "random", "--budget", "12", "--name")


def test_report_and_plot_write_their_files(stored, tmp_path):
    for arguments in (
        ("report", "r", "--out", "r.html"),
        ("plot", "r", "--out", "r.svg"),
        ("plot", "r", "--kind", "latency", "--out", "r.pdf"),
        ("plot", "r", "--kind", "hypervolume", "--out", "volume.svg"),
        ("plot", "r", "--out", "r.png"),
    ):
        result = stored(*arguments)
        assert result.returncode == 0, result.stderr
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
    assert "<svg" in (tmp_path / "r.svg").read_text()
    assert "hypervolume (% × ms)" in (tmp_path / "volume.svg").read_text()
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("report", "nobody", "--out", "x.html"), 1, "There is no run 'nobody'"),
        (("plot", "--out", "x.png"), 2, "Name the runs to plot"),
        (("plot", "r", "--out", "x.bmp"), 2, "a figure is written as .png, .svg, .pdf"),
        (("plot", "r", "r", "--out", "x.png"), 2, "A run is named twice"),
        (("plot", "r", "--mark", "5", "--out", "x.png"), 2, "--mark draws into the figure of a --comparison"),
        (("plot", "--comparison", "x", "--kind", "latency", "--out", "x.png"), 2, "a comparison has one figure"),
        (("plot", "--comparison", "nowhere", "--out", "x.png"), 1, "There is no folder nowhere"),
        (("plot", "r", "--kind", "prediction", "--out", "x.bmp"), 2, "a figure is written as .png, .svg, .pdf"),
        (("plot", "r", "--kind", "prediction", "--out", "x.png"), 1, "its strategy, random, predicts nothing"),
        (("plot", "untimed", "--kind", "hypervolume", "--out", "x.png"), 1, "There is no run 'untimed'"),
    ],
)
def test_a_mistake_about_runs_is_one_message(stored, arguments, code, message):
    result = stored(*arguments)
    assert (result.returncode, "Traceback" in result.stderr) == (code, False)
    assert message in result.stderr


def test_runs_of_failures_are_said_to_be_that(invoke, tmp_path):
    invoke(*RUN, "bad", "--space-opt", "value=250")
    assert "no complete trial" in invoke("plot", "bad", "--out", "x.png").stderr
    assert invoke("report", "bad", "--out", "x.html").returncode == 0
    assert "no trial is complete" in (tmp_path / "x.html").read_text()


def test_a_predicting_run_shows_predicted_against_measured(invoke, tmp_path):
    run = ("run", "--space", "toy:ToySpace", "--strategy", "toy:Foreseer", "--budget", "30", "--name", "foreseen")
    assert invoke(*run).returncode == 0
    assert invoke("report", "foreseen", "--out", "r.html").stderr == "Written to r.html\n"
    html = (tmp_path / "r.html").read_text()
    prediction = json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])["prediction"]
    trials = json.loads(invoke("trials", "foreseen", "--json").stdout)
    assert (prediction["first"], prediction["numbers"]) == (15, list(range(15, 30)))
    assert prediction["measured"] == [trials[number]["accuracy"] for number in range(15, 30)]
    codes = [trials[number]["architecture"].partition(":")[2].split(",") for number in range(15, 30)]
    assert prediction["predicted"] == [50.0 + sum(map(int, code)) for code in codes]
    assert 0.3 < prediction["tau"] < 1.0  # a rule of thumb
    assert invoke("plot", "foreseen", "--kind", "prediction", "--out", "p.svg").returncode == 0
    assert f"Kendall τ {prediction['tau']:.3f}" in (tmp_path / "p.svg").read_text()


def test_names_with_dollars_are_names_and_no_formulas(invoke, tmp_path):
    name = r"$\sqrt{cost}$ in $"
    assert invoke(*RUN, name).returncode == 0
    assert invoke("plot", name, "--title", r"$\no{formula}$", "--out", "x.svg").returncode == 0
    figure = (tmp_path / "x.svg").read_text()
    assert f">{name}</text>" in figure
    assert r">$\no{formula}$</text>" in figure
