"""`report`, `plot`, `best` and `frontier` as a user calls them: files, figures, and one message for each mistake."""

import csv
import json

import numpy as np
import pytest

import nasplug as package
from nasplug.storage import Storage

RUN = (
    "run",
    "--space",
    "toy:ToySpace",
    "--strategy",
    "random",
    "--budget",
    "12",
    "--device",
    "toyphone",
    "--name",
    "r",
)
WINDOW = ("frontier", "--space", "proxyless", "--device", "pixel1", "--latency", "75:85", "--samples", "40")


@pytest.fixture
def stored(nasplug):
    assert nasplug(*RUN).returncode == 0
    return nasplug


def test_best_shows_the_frontier_where_a_device_was_given(stored):
    front = json.loads(stored("best", "r", "--json").stdout)["frontier"]
    assert [row["latency"] for row in front] == sorted(row["latency"] for row in front)
    assert [row["accuracy"] for row in front] == sorted(row["accuracy"] for row in front)
    assert "Frontier of validation accuracy" in stored("best", "r").stdout


def test_report_and_plot_write_their_files(stored, tmp_path):
    for arguments in (
        ("report", "r", "--out", "r.html"),
        ("plot", "r", "--out", "r.svg"),
        ("plot", "r", "--kind", "latency", "--out", "r.pdf"),
        ("plot", "r", "--out", "r.png"),
    ):
        done = stored(*arguments)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
    assert "<svg" in (tmp_path / "r.svg").read_text()
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("report", "nobody", "--out", "x.html"), 1, "There is no run 'nobody'"),
        (("plot", "--out", "x.png"), 2, "Name the runs to plot"),
        (("plot", "r", "--out", "x.bmp"), 2, "a figure is written as .png, .svg, .pdf"),
        ((*WINDOW, "--run", "r"), 1, "The run 'r' searched toy, not proxyless"),
    ],
)
def test_a_mistake_about_runs_is_one_message(stored, arguments, code, message):
    done = stored(*arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert message in done.stderr


def test_empty_runs_and_runs_of_failures_are_said_to_be_that(nasplug, tmp_path):
    storage = Storage(f"sqlite:///{tmp_path}/nasplug.db")
    storage.create("empty", {"space": "toy", "strategy": "random", "seed": 0}, {})
    storage.close()
    assert "The run 'empty' is empty" in nasplug("report", "empty", "--out", "x.html").stderr
    nasplug(*RUN[:-1], "bad", "--space-opt", "value=250")
    assert "no complete trial" in nasplug("plot", "bad", "--out", "x.png").stderr
    assert nasplug("report", "bad", "--out", "x.html").returncode == 0
    assert "no trial is complete" in (tmp_path / "x.html").read_text()


@pytest.fixture
def data(tmp_path):
    space, rng = package.space("proxyless"), np.random.default_rng(1)
    with (tmp_path / "data.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("architecture", "accuracy"))
        for _ in range(30):
            architecture = space.sample(rng=rng)
            rows.writerow((architecture, 60 + sum(architecture.code) / 10))
    return "data.csv"


@pytest.mark.slow
def test_a_frontier_is_predicted_inside_the_window_and_beside_the_papers(nasplug, tmp_path, data):
    done = nasplug(*WINDOW, "--data", data, "--reference", "table2", "--out", "front", "--json")
    found = json.loads(done.stdout)
    latency = [row["latency"] for row in found["frontier"]]
    assert all(75 <= ms <= 85 for ms in latency)
    assert latency == sorted(latency)
    assert [row["predicted"] for row in found["frontier"]] == sorted(row["predicted"] for row in found["frontier"])
    table2 = [75.05, 75.10, 75.36, 75.76, 76.10, 78.23, 80.42, 82.44, 84.95]
    assert [row["latency"] for row in found["published"]] == table2
    files = {path.name for path in (tmp_path / "front").iterdir()}
    assert files == {"frontier.csv", "frontier.png", "frontier.svg", "published.csv", "samples.csv"}
    assert (tmp_path / "front" / "frontier.csv").read_text().startswith("latency,accuracy,std,architecture,predicted")


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"--device": "abacus"}, 1, "cannot tell latencies on the device 'abacus'"),
        ({"--latency": "1:2"}, 1, "the space reaches from 30.94 to 219.09 ms. Widen the window"),
        ({"--latency": "85:75"}, 2, "0 ≤ LOW < HIGH"),
        ({"--reference": "table9"}, 2, "it has: table2"),
        ({"--strategy": "random"}, 2, "predicts nothing"),
        ({"--data": "wrong.csv"}, 1, "lacks the columns accuracy; there are: architecture, score"),
    ],
)
def test_a_mistake_about_frontiers_is_one_message(nasplug, tmp_path, data, change, code, message):
    (tmp_path / "wrong.csv").write_text("architecture,score\n")
    wanted = dict(zip(WINDOW[1::2], WINDOW[2::2], strict=True)) | {"--data": data} | change
    done = nasplug("frontier", *(part for pair in wanted.items() for part in pair))
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert message in done.stderr


def test_something_must_be_learnt_from(nasplug):
    assert "Name either --run or --data" in nasplug(*WINDOW).stderr
