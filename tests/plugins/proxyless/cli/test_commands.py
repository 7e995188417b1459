"""`nasplug proxyless …`."""

import json
import sys

import pytest
from click.testing import CliRunner
from nasplug_proxyless import counts
from nasplug_proxyless.cli.commands import proxyless
from nasplug_proxyless.operations import MOBILE
from nasplug_proxyless.trainer import Trainer

from nasplug import Evaluation
from nasplug.errors import ConfigurationError, NasplugError, UsageError
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
    document = json.loads(
        call("count", CODE, "--width", "0.25", "--resolution", "97", "--classes", "10", "--json").output
    )
    parameters, multiply_adds = counts.tabulate(0.25, 97, 10).count([MOBILE])[0]
    assert document == {"parameters": parameters, "multiply_adds": multiply_adds}


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
    blocks = json.loads(call("describe", CODE, "--width", "0.25", "--resolution", "32", "--json").output)["blocks"]
    assert [row["filters"] for row in blocks] == [8, 8, 8, 16, 24, 24, 48, 80, 320]
    assert [row["pixels"] for row in blocks] == [16, 16, 8, 4, 2, 2, 1, 1, 1]
    assert sum(len(row["layers"].split()) for row in blocks[1:-1]) == 22


def test_a_search_training_is_not_exported():
    with pytest.raises(UsageError, match="leave --purpose search away"):
        call("train", CODE, "--purpose", "search", "--export", "there")


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
    document = json.loads(call("train", arch, "--export", str(tmp_path / "out"), *options).output)
    assert document["checked_images"] == 2000
    assert document["network_accuracy"] > 50
    assert document["network_accuracy"] == pytest.approx(document["accuracy"], abs=3)  # of 3,000 images
    assert document["saved_model_accuracy"] == document["network_accuracy"]
    assert document["tflite_accuracy"] == pytest.approx(document["network_accuracy"], abs=0.1)
    assert (tmp_path / "out" / "saved_model" / "saved_model.pb").is_file()
    assert (tmp_path / "out" / "network.tflite").stat().st_size < 4 * document["metrics"]["parameters"] + 100_000


@pytest.mark.slow
def test_train():
    arch = "0,0,6,6,6,0,6,6,6,0,6,6,6,0,6,6,6,0,6,6,6,0"
    options = (*SMALL, "--space-opt", "repeats=1")
    document = json.loads(call("train", arch, "--purpose", "search", "--epochs", "1", *options, "--json").output)
    assert document["architecture"] == f"proxyless:{arch}"
    assert document["source"] == "trained"
    assert document["accuracy"] > 60.0
