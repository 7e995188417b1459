"""`nasplug proxyless …`."""

import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from nasplug_proxyless import calibration, counts
from nasplug_proxyless.cli.commands import proxyless
from nasplug_proxyless.operations import CHOICES, MOBILE
from nasplug_proxyless.space import Proxyless
from nasplug_proxyless.trainer import Trainer

from nasplug import Evaluation
from nasplug.errors import ConfigurationError, InvalidArchitecture, NasplugError, UsageError
from nasplug.training.loop import Trained

CODE = ",".join(map(str, MOBILE))
SMALL = ("--space-opt", "task=fashion-mnist", "--space-opt", "resolution=28", "--space-opt", "width=0.25")


def call(*arguments):
    return CliRunner().invoke(proxyless, arguments, catch_exceptions=False, standalone_mode=False)


@pytest.mark.parametrize("arch", [CODE, f"proxyless:{CODE}"])
def test_count(arch):
    assert json.loads(call("count", arch, "--json").output) == {"parameters": 4_080_512, "multiply_adds": 320_427_584}
    assert call("count", arch).output == "4,080,512 parameters, 320,427,584 multiply-adds\n"


def test_count_of_other_networks():
    found = json.loads(call("count", CODE, "--width", "0.25", "--resolution", "97", "--classes", "10", "--json").output)
    parameters, multiply_adds = counts.tabulate(0.25, 97, 10).count([MOBILE])[0]
    assert found == {"parameters": parameters, "multiply_adds": multiply_adds}


def test_describe_is_a_table_of_blocks():
    lines = call("describe", CODE).output.splitlines()
    assert [line.split()[:3] for line in lines[:3]] == [
        ["block", "filters", "pixels"],
        ["stem", "32", "112"],
        ["1", "16", "112"],
    ]
    assert lines[2].split()[3:] == ["3×3-1"]
    assert lines[3].split() == ["2", "32", "56", "5×5-3", "3×3-3", "–", "–"]
    assert lines[-1].split() == ["head", "1,280", "7", "1×1"]
    found = json.loads(call("describe", CODE, "--width", "0.25", "--resolution", "32", "--json").output)["blocks"]
    assert [row["filters"] for row in found] == [8, 8, 8, 16, 24, 24, 48, 80, 320]
    assert [row["pixels"] for row in found] == [16, 16, 8, 4, 2, 2, 1, 1, 1]
    assert sum(len(row["layers"].split()) for row in found[1:-1]) == 22


def test_latency():
    assert json.loads(call("latency", CODE, "--device", "pixel1", "--json").output)["latency"] == pytest.approx(
        84.416, abs=1e-3
    )
    with pytest.raises(UsageError, match="toaster"):
        call("latency", CODE, "--device", "toaster")


@pytest.mark.parametrize("arch", ["6,6,6", "a,b", "nasbench101:0,1", CODE.replace("0,1,0", "6,1,0", 1)])
def test_bad_architectures_are_refused(arch):
    with pytest.raises(InvalidArchitecture):
        call("count", arch)


def test_latency_on_a_table(tmp_path):
    rows = [[1.0] * choices for choices in CHOICES]
    (tmp_path / "mine.json").write_text(json.dumps({"bias_ms": 2.0, "coefficients_ms": rows}))
    found = call("latency", CODE, "--device", str(tmp_path / "mine.json"), "--json")
    assert json.loads(found.output) == {"latency": 24.0}
    (tmp_path / "broken.json").write_text(json.dumps({"bias_ms": 2.0, "coefficients_ms": rows[1:]}))
    for name in ("broken.json", "missing.json"):
        with pytest.raises(ConfigurationError, match=f"{name} is no latency table"):
            call("latency", CODE, "--device", str(tmp_path / name))


def test_a_table_of_other_networks_is_refused(tmp_path):
    rows = [[1.0] * choices for choices in CHOICES]
    path = tmp_path / "wide.json"
    path.write_text(json.dumps({"bias_ms": 2.0, "coefficients_ms": rows, "width": 1.0, "resolution": 224}))
    with pytest.raises(ConfigurationError, match=r"measured at width 1, the networks here have width 0\.25"):
        call("latency", CODE, "--device", str(path))
    with pytest.raises(ConfigurationError, match="set --space-opt resolution=224"):
        Proxyless(width=1.0).sample_within(str(path), 1.0, 50.0, 1, np.random.default_rng(0))
    found = call("latency", CODE, "--device", str(path), "--space-opt", "task=imagenet", "--json")
    assert json.loads(found.output) == {"latency": 24.0}


@pytest.mark.parametrize(("arguments", "message"), [
    (("latency", "calibrate", "--out", "table.txt"), "must end in .json"),
    (("latency", "calibrate", "--out", "nowhere/table.json"), "there is no folder nowhere"),
    (("train", CODE, "--purpose", "search", "--export", "there"), "leave --purpose search away"),
])  # fmt: skip
def test_wrong_combinations_are_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        call(*arguments)


@pytest.mark.slow
def test_calibrate_makes_a_device_of_this_machine(tmp_path, monkeypatch):
    for name, fewer in (("ROUNDS", 5), ("RUNS", 5), ("NETWORKS", 3)):
        monkeypatch.setattr(calibration, name, fewer)
    table, options = tmp_path / "host.json", SMALL
    found = json.loads(call("latency", "calibrate", "--out", str(table), "--held-out", "1", *options, "--json").stdout)
    assert 0 < found["mean_absolute_error"] < 60  # of the busiest machine; the benchmark measures it on a quiet one
    table_sum = json.loads(call("latency", CODE, "--device", str(table), *options, "--json").output)["latency"]
    measured = json.loads(call("latency", CODE, "--device", "host", *options, "--json").output)["latency"]
    assert table_sum == pytest.approx(measured, rel=0.8)
    space = Proxyless(resolution=28)
    (drawn,) = space.sample_within(
        device=str(table), low=table_sum, high=2 * table_sum, count=1, rng=np.random.default_rng(0)
    )
    assert table_sum <= space.measure_latency(architecture=drawn, device=str(table)) <= 2 * table_sum


def test_export_without_litert_is_refused_before_the_training(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    monkeypatch.setattr(Trainer, "of", lambda options: pytest.fail("it began to train"))
    with pytest.raises(ConfigurationError, match="pip install ai-edge-litert"):
        call("train", CODE, "--export", str(tmp_path), *SMALL)


def test_a_wrong_file_does_not_take_the_result_along(tmp_path, monkeypatch):
    class Wrong(Trainer):
        def train(self, *arguments):
            return Trained(None, Evaluation(71.5, 3.0, {}, "trained"))

        def export(self, trained, folder):
            raise NasplugError("the exported tflite is wrong")

    monkeypatch.setattr(Trainer, "of", lambda options: Wrong(options, None, None))
    result = CliRunner().invoke(proxyless, ["train", CODE, "--export", str(tmp_path), "--json"])
    assert isinstance(result.exception, NasplugError)
    assert json.loads(result.stdout)["accuracy"] == 71.5


@pytest.mark.slow
def test_export_writes_files_as_accurate_as_the_network(tmp_path):
    arch = "0,0,6,6,6,0,6,6,6,0,6,6,6,0,6,6,6,0,6,6,6,0"
    options = (*SMALL, "--epochs", "1", "--json")
    found = json.loads(call("train", arch, "--export", str(tmp_path / "out"), *options).output)
    assert found["checked_images"] == 2000
    assert found["network_accuracy"] > 50
    assert found["network_accuracy"] == pytest.approx(found["accuracy"], abs=3)  # of 3,000 images
    assert found["saved_model_accuracy"] == found["network_accuracy"]
    assert found["tflite_accuracy"] == pytest.approx(found["network_accuracy"], abs=0.1)
    assert (tmp_path / "out" / "saved_model" / "saved_model.pb").is_file()
    assert (tmp_path / "out" / "network.tflite").stat().st_size < 4 * found["metrics"]["parameters"] + 100_000


@pytest.mark.slow
def test_train():
    arch = "0,0,6,6,6,0,6,6,6,0,6,6,6,0,6,6,6,0,6,6,6,0"
    options = (*SMALL, "--space-opt", "repeats=1")
    found = json.loads(call("train", arch, "--purpose", "search", "--epochs", "1", *options, "--json").output)
    assert found["architecture"] == f"proxyless:{arch}"
    assert found["source"] == "trained"
    assert found["accuracy"] > 60.0
