"""`nasplug frontier` as a user calls it: what is predicted, what is trained, what is kept when something breaks."""

import csv
import json

import numpy as np
import pytest

import nasplug as package

WINDOW = ("frontier", "--space", "proxyless", "--device", "pixel1", "--latency", "75:85", "--samples", "40")
LEARNT = ("--strategy", "toy:Foreseer", "--data", "known.csv")
TOY = ("frontier", "--space", "toy:ToySpace", "--device", "toyphone", "--latency", "10:19", "--samples", "1000")
FINAL = (*TOY, *LEARNT, "--final", "2", "--out", "front")
TOYS = ("frontier", "--space", "toy:ToySpace", "--device", "toyphone", "--latency", "12:16", "--data", "toys.csv")
SLOWEST = "3,3,3"  # the other end of the toy's frontier is 0,0,0


@pytest.fixture
def training_data(tmp_path):
    (tmp_path / "known.csv").write_text('architecture,accuracy\n"0,0,1",50\n"toy:3,3,2",90\n')


@pytest.fixture
def toy(invoke, training_data):
    return invoke


@pytest.fixture
def toy_process(nasplug, training_data):
    return nasplug


def table(tmp_path):
    with (tmp_path / "front" / "frontier.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_ends_of_the_frontier_are_trained_as_often_as_wanted(toy, tmp_path):
    result = toy(*FINAL, "--final-repeats", "2", "--space-opt", "calls=calls.txt")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "calls.txt").read_text().split() == ["0,0,0"] * 2 + [SLOWEST] * 2
    rows = table(tmp_path)
    assert [float(row["latency"]) for row in rows] == [10.0 + i for i in range(10)]
    assert [float(row["predicted"]) for row in rows] == [50.0 + i for i in range(10)]
    assert [(row["accuracy"], row["std"]) for row in rows] == [("50.0", "0.0")] + [("", "")] * 8 + [("95.0", "0.0")]
    assert "toy:0,0,0: 50.00 %" in result.stderr


def test_a_run_is_learnt_from_and_one_of_another_space_is_refused(toy):
    assert toy("run", *TOY[1:3], "--strategy", "random", "--budget", "5", "--name", "r").returncode == 0
    learnt = ("--strategy", "toy:Foreseer", "--run", "r")
    document = json.loads(toy(*TOY, *learnt, "--json").stdout)
    assert [row["architecture"] for row in document["frontier"]][::9] == ["toy:0,0,0", f"toy:{SLOWEST}"]
    result = toy(*WINDOW, "--run", "r")
    assert (result.returncode, "The run 'r' searched toy, not proxyless" in result.stderr) == (1, True)


def test_a_failed_training_leaves_its_cells_empty_and_the_others_whole(toy, tmp_path):
    result = toy(*FINAL, "--space-opt", f"fails={SLOWEST}")
    assert result.returncode == 0
    assert f"A final evaluation failed. toy:{SLOWEST}: RuntimeError: loss is NaN at step 12" in result.stderr
    assert [row["accuracy"] for row in table(tmp_path)] == ["50.0"] + [""] * 9


def test_failed_trainings_alone_are_an_error_and_the_predictions_are_kept(toy, tmp_path):
    result = toy(*FINAL, "--space-opt", "value=250")
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    assert "All 2 final evaluations failed. The first: toy:0,0,0: " in result.stderr
    assert [float(row["predicted"]) for row in table(tmp_path)] == [50.0 + i for i in range(10)]


def test_every_training_is_kept_before_the_next_begins(toy_process, tmp_path):
    assert toy_process(*FINAL, "--space-opt", f"kills={SLOWEST}").returncode == 7
    assert [row["accuracy"] for row in table(tmp_path)] == ["50.0"] + [""] * 9


@pytest.mark.slow
def test_final_trainings_are_not_overwritten(toy_process, tmp_path):
    assert toy_process(*FINAL, "--space-opt", f"kills={SLOWEST}").returncode == 7
    before = table(tmp_path)
    result = toy_process(*TOY, *LEARNT, "--out", "front")
    assert (result.returncode, result.stdout) == (1, "")
    assert "holds 1 final trainings of an earlier frontier" in result.stderr
    assert "Name another --out" in result.stderr
    assert table(tmp_path) == before


@pytest.mark.slow
def test_what_a_training_prints_is_not_in_the_document(toy_process):
    result = toy_process(*FINAL, "--space-opt", "says=epoch 1 of 90", "--json")
    assert len(json.loads(result.stdout)["frontier"]) == 10
    assert "epoch 1 of 90" in result.stderr


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
def test_a_frontier_is_predicted_inside_the_window_and_beside_the_papers(invoke, tmp_path, data):
    result = invoke(*WINDOW, "--data", data, "--reference", "table2", "--out", "front", "--json")
    document = json.loads(result.stdout)
    latency = [row["latency"] for row in document["frontier"]]
    assert all(75 <= ms <= 85 for ms in latency)
    assert latency == sorted(latency)
    assert [row["predicted"] for row in document["frontier"]] == sorted(
        row["predicted"] for row in document["frontier"]
    )
    table2 = [75.05, 75.10, 75.36, 75.76, 76.10, 78.23, 80.42, 82.44, 84.95]
    assert [row["latency"] for row in document["published"]] == table2
    files = {path.name for path in (tmp_path / "front").iterdir()}
    tables, figures = {"frontier.csv", "samples.csv", "published.csv"}, {"frontier.png", "frontier.svg", "frontier.pdf"}
    assert files == tables | figures
    assert (tmp_path / "front" / "frontier.csv").read_text().startswith("latency,accuracy,std,architecture,predicted")


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"--device": "abacus"}, 1, "cannot tell latencies on the device 'abacus'"),
        ({"--latency": "1:2"}, 1, "the space reaches from 30.94 to 219.09 ms. Widen the window"),
        ({"--latency": "85:75", "--out": "front"}, 2, "0 ≤ LOW < HIGH"),
        ({"--reference": "table9"}, 2, "it has: table2"),
        ({"--strategy": "random"}, 2, "predicts nothing"),
        ({"--final-repeats": "3"}, 2, "add --final"),
        ({"--out": "data.csv/x"}, 1, "The folder data.csv/x cannot be used: Not a directory"),
        ({"--data": "wrong.csv"}, 1, "lacks the columns accuracy; there are: architecture, score"),
    ],
)
def test_a_mistake_about_frontiers_is_one_message(invoke, tmp_path, data, change, code, message):
    (tmp_path / "wrong.csv").write_text("architecture,score\n")
    options = dict(zip(WINDOW[1::2], WINDOW[2::2], strict=True)) | {"--data": data} | change
    result = invoke("frontier", *(part for pair in options.items() for part in pair))
    assert (result.returncode, "Traceback" in result.stderr) == (code, False)
    assert message in result.stderr
    assert not (tmp_path / "front").exists()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('"6,6,6",70', "data.csv, line 2: proxyless:6,6,6 has 3 numbers, the space 'proxyless' wants 22"),
        ('"CODE"', "line 2: the row ends before its accuracy"),
        ('"CODE",most', "line 2: accuracy must be a percentage between 0 and 100, got most"),
        ('"CODE",170', "line 2: "),
        ('"CODE",', "data.csv is empty"),
        ('"CODE",0.7', "data.csv has no accuracy above 0.7 %: it needs percent, as in 94.3, not fractions"),
        ('"proxyles:1",70', "line 2: 'proxyles:1' is an architecture of the space 'proxyles', not of 'proxyless'"),
    ],
)
def test_a_wrong_line_of_what_is_known_is_named(invoke, tmp_path, rows, message):
    code = ",".join("0" * 22)
    (tmp_path / "data.csv").write_text(f"architecture,accuracy\n{rows.replace('CODE', code)}\n")
    result = invoke(*WINDOW, "--data", "data.csv", "--out", "front")
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    assert message in result.stderr


@pytest.fixture
def toys(tmp_path):
    (tmp_path / "toys.csv").write_text('architecture,accuracy\n"toy:0,0,1",57.5\n')


@pytest.mark.parametrize(("mute", "said"), [("no", "it returned 5, nan among them."), ("yes", "it returned 1.")])
def test_predictions_that_are_no_numbers_are_refused(invoke, toys, mute, said):
    clueless = ("--strategy", "toy:Clueless", "--strategy-opt", f"mute={mute}")
    result = invoke(*TOYS, *clueless, "--samples", "5")
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    assert f"'toy:Clueless' must predict 5 finite values of accuracy, {said}" in result.stderr


def test_a_window_of_few_networks_is_said_to_be_one(invoke, toys):
    result = invoke(*TOYS, "--strategy", "toy:Foreseer", "--samples", "1000")
    assert result.returncode == 0, result.stderr
    assert "different networks in the window instead of 1,000: no more were found." in result.stderr


def test_something_must_be_learnt_from(invoke):
    assert "Name either --run or --data" in invoke(*WINDOW).stderr
