"""The four distributions build as wheels, and the main job runs from the wheels alone."""

import json
import subprocess
import zipfile

import pytest

pytestmark = pytest.mark.slow  # builds wheels and a virtual environment


def test_four_wheels_carry_their_licence_types_and_entry_points(wheels):
    contents = {wheel.name.partition("-")[0]: zipfile.ZipFile(wheel).namelist() for wheel in wheels}
    assert list(contents) == ["nasplug", "nasplug_nasbench101", "nasplug_proxyless", "nasplug_strategies"]
    for package, names in contents.items():
        assert f"{package}/py.typed" in names
        assert any(name.endswith("entry_points.txt") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in contents["nasplug"])
    assert any(name.endswith(".NOTICE") for name in contents["nasplug"])


def test_nothing_of_the_repository_is_seen(fresh, tmp_path):
    modules = "nasplug, nasplug_proxyless, nasplug_nasbench101, nasplug_strategies"
    program = f"import {modules}\nfor module in ({modules}): print(module.__file__)"
    done = subprocess.run([str(fresh), "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert len(done.stdout.split()) == 4
    assert all(path.startswith(str(fresh.parents[1])) for path in done.stdout.split())


def test_the_main_job_runs_from_the_wheels(fresh_nasplug):
    thin = ("--epochs", "1", "--space-opt", "repeats=1,width=0.1,resolution=28")
    pair = ("--space", "proxyless", "--strategy", "neural_predictor", "--device", "pixel1")
    done = fresh_nasplug("run", *pair, "--budget", "3", "--strategy-opt", "n=2", "--confirm", "off", *thin, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["trials"], found["failed"]) == (3, 0)
    assert found["best"]["test"] > 10.0
    assert found["best"]["latency"] > 0.0
    assert found["best"]["metrics"]["parameters"] > 0
