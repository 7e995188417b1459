"""`nasplug new`: the project installs, passes its own tests, is listed, and searches with what is there."""

import json
import subprocess

import pytest

pytestmark = pytest.mark.slow  # builds wheels and a virtual environment


@pytest.fixture(scope="module", params=["space", "strategy"])
def project(request, fresh, install, tmp_path_factory):
    """A new project of each kind, installed."""
    folder = tmp_path_factory.mktemp("project") / "mine"
    name = f"brand_new_{request.param}"
    command = [str(fresh.parent / "nasplug"), "new", request.param, name, "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    install(f"{folder}[test]")
    return request.param, name, folder


def test_it_passes_its_own_tests(project, fresh):
    done = subprocess.run([str(fresh), "-m", "pytest", "-q"], cwd=project[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_it_is_listed_and_searches(project, fresh_nasplug):
    kind, name, _ = project
    listed = json.loads(fresh_nasplug("list", "--json").stdout)
    assert (kind, name, None) in {(p["kind"], p["name"], p["problem"]) for p in listed}
    pair = (
        ("--space", name, "--strategy", "random") if kind == "space" else ("--space", "nasbench101", "--strategy", name)
    )
    done = fresh_nasplug("run", *pair, "--budget", "12", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["trials"], found["failed"]) == (12, 0)


def test_its_name_is_taken_from_now_on(project, fresh_nasplug):
    kind, name, _ = project
    refused = fresh_nasplug("new", kind, name, "--out", "again")
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
    assert f"it comes with nasplug-{name.replace('_', '-')} 0.1.0" in refused.stderr
