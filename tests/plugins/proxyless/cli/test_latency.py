"""`nasplug proxyless latency …`."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from nasplug_proxyless import calibration
from nasplug_proxyless.additive_latency import AdditiveLatency
from nasplug_proxyless.cli.commands import proxyless
from nasplug_proxyless.operations import CHOICES, MOBILE
from nasplug_proxyless.space import Proxyless

from nasplug.errors import ConfigurationError, UsageError

CODE = ",".join(map(str, MOBILE))
SMALL = ("--space-opt", "task=fashion-mnist", "--space-opt", "resolution=28", "--space-opt", "width=0.25")


def call(*arguments):
    return CliRunner().invoke(proxyless, ["latency", *arguments], catch_exceptions=False, standalone_mode=False)


def test_latency():
    assert json.loads(call(CODE, "--device", "pixel1", "--json").output)["latency"] == pytest.approx(84.416, abs=1e-3)
    with pytest.raises(UsageError, match="toaster"):
        call(CODE, "--device", "toaster")


def test_latency_on_a_table(tmp_path):
    rows = [[1.0] * choices for choices in CHOICES]
    (tmp_path / "mine.json").write_text(json.dumps({"bias_ms": 2.0, "coefficients_ms": rows}))
    result = call(CODE, "--device", str(tmp_path / "mine.json"), "--json")
    assert json.loads(result.output) == {"latency": 24.0}
    (tmp_path / "broken.json").write_text(json.dumps({"bias_ms": 2.0, "coefficients_ms": rows[1:]}))
    for name in ("broken.json", "missing.json"):
        with pytest.raises(ConfigurationError, match=f"{name} is no latency table"):
            call(CODE, "--device", str(tmp_path / name))


def test_a_table_of_other_networks_is_refused(tmp_path):
    rows = [[1.0] * choices for choices in CHOICES]
    path = tmp_path / "wide.json"
    path.write_text(json.dumps({"bias_ms": 2.0, "coefficients_ms": rows, "width": 1.0, "resolution": 224}))
    with pytest.raises(ConfigurationError, match=r"measured at width 1, the networks here have width 0\.25"):
        call(CODE, "--device", str(path))
    with pytest.raises(ConfigurationError, match="set --space-opt resolution=224"):
        Proxyless(width=1.0).sample_within(str(path), 1.0, 50.0, 1, np.random.default_rng(0))
    result = call(CODE, "--device", str(path), "--space-opt", "task=imagenet", "--json")
    assert json.loads(result.output) == {"latency": 24.0}


def test_the_answer_in_words_names_the_device():
    assert call(CODE, "--device", "pixel1").output == "84.42 ms on pixel1\n"


@pytest.mark.parametrize(("out", "message"), [
    ("table.txt", "must end in .json, .* got table.txt"), ("nowhere/table.json", "there is no folder nowhere. Make"),
])  # fmt: skip
def test_a_table_needs_a_place_and_a_name(out, message):
    with pytest.raises(UsageError, match=message):
        call("calibrate", "--out", out)


@pytest.fixture
def _measured(monkeypatch):
    """A machine on which nothing is timed: 2 ms for each layer, and networks take a fifth longer than predicted."""

    def calibrated(setting, threads, report):
        report(f"{threads} threads at width {setting.width}")
        return AdditiveLatency.from_rows(4.0, [[2.0] * choices for choices in CHOICES])

    def networks(setting, threads, count, seed):
        assert (threads, seed) == (3, 1)
        return [(MOBILE, 60.0)] * count

    monkeypatch.setattr(calibration, "calibrate", calibrated)
    monkeypatch.setattr(calibration, "random_networks", networks)


OPTIONS = ("--space-opt", "latency_threads=3,width=0.5")


@pytest.mark.usefixtures("_measured")
def test_calibrate_writes_a_device_and_checks_it_on_other_networks(tmp_path):
    table = tmp_path / "table.json"
    result = call("calibrate", "--out", str(table), *OPTIONS)
    assert result.stderr == "3 threads at width 0.5\n"
    error = "Mean absolute error on 5 random networks: 20.0 %"
    assert result.stdout == f"{table}: use it as --device {table}. {error}\n"
    assert json.loads(call(CODE, "--device", str(table), *OPTIONS, "--json").output) == {"latency": 48.0}
    written = json.loads(table.read_text())
    assert (written["width"], written["resolution"], written["bias_ms"]) == (0.5, 32, 4.0)
    assert written["source"].endswith(", 3 threads")


@pytest.mark.usefixtures("_measured")
def test_calibrate_answers_as_json_and_does_not_check_on_no_networks(tmp_path):
    table = str(tmp_path / "table.json")
    document = {"table": table, "held_out": 2, "mean_absolute_error": pytest.approx(20.0)}
    assert json.loads(call("calibrate", "--out", table, "--held-out", "2", *OPTIONS, "--json").stdout) == document
    result = call("calibrate", "--out", table, "--held-out", "0", *OPTIONS)
    assert result.stdout == f"{table}: use it as --device {table}\n"
    unchecked = json.loads(call("calibrate", "--out", table, "--held-out", "0", *OPTIONS, "--json").stdout)
    assert unchecked["mean_absolute_error"] is None


@pytest.mark.slow
def test_calibrate_makes_a_device_of_this_machine(tmp_path, monkeypatch):
    for name, fewer in (("ROUNDS", 5), ("RUNS", 5), ("NETWORKS", 3)):
        monkeypatch.setattr(calibration, name, fewer)
    table, options = tmp_path / "host.json", SMALL
    for _ in range(4):  # the machine may be busy in one network of three; the benchmark measures it on a quiet one
        document = json.loads(call("calibrate", "--out", str(table), "--held-out", "1", *options, "--json").stdout)
        if document["mean_absolute_error"] < 60:
            break
    assert 0 < document["mean_absolute_error"] < 60
    table_sum = json.loads(call(CODE, "--device", str(table), *options, "--json").output)["latency"]
    measured = json.loads(call(CODE, "--device", "host", *options, "--json").output)["latency"]
    assert table_sum == pytest.approx(measured, rel=0.8)
    space = Proxyless(resolution=28)
    (drawn,) = space.sample_within(
        device=str(table), low=table_sum, high=2 * table_sum, count=1, rng=np.random.default_rng(0)
    )
    assert table_sum <= space.measure_latency(architecture=drawn, device=str(table)) <= 2 * table_sum
