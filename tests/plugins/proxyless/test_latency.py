"""Latency: the Pixel-1 model, tables in files, and this machine beside trainings, in one process."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from nasplug_proxyless.latency import additive_model, pixel1_model, tables
from nasplug_proxyless.operations import CHOICES
from nasplug_proxyless.settings import EMBEDDED
from paths import HELPERS

from nasplug import ConfigurationError

ROWS = [[1.0] * choices for choices in CHOICES]

SEARCH = """
import nasplug

result = nasplug.search("{space}", "random", budget=1, epochs=1, device="host", confirm="off", space_options={options})
print([(trial.error, trial.latency > 0, trial.evaluation.source) for trial in result.trials])
"""
BUILT = """
import nasplug
import numpy as np

space = nasplug.space("{space}", **{options})
architecture = space.sample(rng=np.random.default_rng(0))
assert space.build_network(architecture=architecture).trainable_variables
print(space.evaluate(architecture=architecture, purpose="search", epochs=1, seed=0).source)
"""
THIN = {"task": "stripes_task:stripes", "width": 0.1, "resolution": 8, "repeats": 1, "threads": 1}
CELLS = {"evaluator": "train", "channels": 8, "stacks": 1}
SPACES = [("thin_proxyless:ThinProxyless", THIN), ("nasbench101", CELLS)]


def in_a_fresh_process(script):
    env = {**os.environ, "PYTHONPATH": str(HELPERS)}
    process = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=240)
    assert process.returncode == 0, process.stderr[-3000:]
    return process.stdout.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize(("space", "options"), SPACES)
def test_a_search_measures_on_this_machine_and_trains(space, options):
    assert in_a_fresh_process(SEARCH.format(space=space, options=options)) == str([(None, True, "trained")] * 2)


@pytest.mark.slow
@pytest.mark.parametrize(("space", "options"), SPACES)
def test_a_network_may_be_built_before_the_first_training(space, options):
    assert in_a_fresh_process(BUILT.format(space=space, options=options)) == "trained"


def test_extremes_of_the_pixel1_model_are_the_attainable_range():
    assert pixel1_model().bounds == pytest.approx((30.94, 219.09), abs=0.005)


def test_the_table_is_the_shared_one(shared_data):
    source = json.loads((shared_data / "pixel1_proxylessnas.json").read_text())
    model = pixel1_model()
    assert model.bias == source["bias_ms"]
    assert [row[~np.isnan(row)].tolist() for row in model.coefficients] == source["coef_ms"]


def write(path, **more):
    path.write_text(json.dumps({"bias_ms": 2.0, "coefficients_ms": ROWS} | more))
    return str(path)


def test_a_device_is_a_model_a_file_or_of_another_kind(tmp_path):
    assert additive_model("pixel1", EMBEDDED) is pixel1_model()
    assert additive_model(write(tmp_path / "table.json"), EMBEDDED).latencies([[0] * 22]).tolist() == [24.0]
    assert additive_model("host", EMBEDDED) is None


def test_the_home_folder_counts_in_the_path_of_a_table(tmp_path, monkeypatch):
    write(tmp_path / "table.json")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert additive_model("~/table.json", EMBEDDED).latencies([[0] * 22]).tolist() == [24.0]


@pytest.mark.parametrize(("name", "value", "here"), [("width", 0.5, "0.25"), ("resolution", 224, "32")])
def test_a_table_of_other_networks_is_refused(tmp_path, name, value, here):
    measured = {"width": 0.25, "resolution": 32}
    assert additive_model(write(tmp_path / "same.json", **measured), EMBEDDED)
    device = write(tmp_path / "other.json", **measured | {name: value})
    with pytest.raises(
        ConfigurationError, match=f"at {name} {value}, the networks here have {name} {here}.*{name}={value}"
    ):
        additive_model(device, EMBEDDED)


@pytest.mark.parametrize("text", ["no", "[]", '{"bias_ms": 1}', '{"bias_ms": 1, "coefficients_ms": [[1]]}'])
def test_a_file_that_is_no_table_says_how_to_make_one(tmp_path, text):
    (tmp_path / "table.json").write_text(text)
    with pytest.raises(
        ConfigurationError, match=r"table\.json is no latency table \(.+\)\. Make one with 'nasplug proxyless"
    ):
        additive_model(str(tmp_path / "table.json"), EMBEDDED)


def test_tables_of_the_current_folder_are_found_in_order_and_other_files_are_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert tables() == []
    for name in ("b.json", "a.json", "c.txt"):
        write(tmp_path / name)
    (tmp_path / "other.json").write_text("{}")
    write(tmp_path / "large.json")
    os.truncate(tmp_path / "large.json", 100_000)
    assert tables() == ["a.json", "b.json"]
