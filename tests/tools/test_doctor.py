"""The doctor tells what is there and what is wrong, of packages, tables, storage and plugins."""

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from nasplug.cli import plugins
from nasplug.errors import MissingPackage
from nasplug.storage.storage import Storage
from nasplug.tools import doctor


def of(section, findings):
    return {finding.name: finding for finding in findings if finding.section == section}


def test_versions_name_python_nasplug_and_what_is_missing(monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGES", ("attrs", "no-such-package"))
    findings = of("version", doctor.versions())
    assert findings["nasplug"].found == "0.1.0"
    assert findings["attrs"].found[0].isdigit()
    assert findings["no-such-package"].found == "not installed"


def test_a_package_that_is_broken_or_missing_is_a_finding_and_not_the_end(monkeypatch):
    def broken():
        raise ImportError("undefined symbol")

    def missing():
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(doctor, "_tensorflow_devices", broken)
    monkeypatch.setattr(doctor, "_torch_devices", missing)
    tensorflow, torch = doctor.accelerators()
    problem = "tensorflow cannot be used: ImportError: undefined symbol"
    assert (tensorflow.found, tensorflow.problem) == ("broken", problem)
    assert (torch.found, torch.problem) == ("torch is not installed", "")


def test_tensorflow_need_not_be_there(monkeypatch):
    def lacks():
        raise MissingPackage("Trainings need tensorflow")

    monkeypatch.setattr(doctor, "_tensorflow_devices", lacks)
    monkeypatch.setattr(doctor, "_torch_devices", lambda: ["CPU"])
    [tensorflow, _] = doctor.accelerators()
    assert (tensorflow.found, tensorflow.problem) == ("tensorflow is not installed", "")


def test_accelerators_are_listed_after_the_processor(monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: f"GPU {number}")
    monkeypatch.setattr(doctor, "_tensorflow_devices", lambda: ["CPU:0"])
    assert [finding.found for finding in doctor.accelerators()] == ["CPU:0", "CPU, GPU 0, GPU 1"]


def test_tables_in_the_cache_and_variables_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("NASPLUG_NASBENCH101_TABLE", str(tmp_path / "gone"))
    findings = of("data", doctor.data())
    assert "no table was imported" in findings["cache"].found
    assert findings["NASPLUG_NASBENCH101_TABLE"].problem.endswith("gone, which does not exist")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NASPLUG_NASBENCH101_TABLE", "~/")
    assert of("data", doctor.data())["NASPLUG_NASBENCH101_TABLE"].problem == ""
    (tmp_path / "nasplug" / "nasbench101").mkdir(parents=True)
    (tmp_path / "nasplug" / "nasbench101" / "column.npy").write_bytes(bytes(2_000_000))
    assert of("data", doctor.data())["nasbench101"].found.endswith("nasbench101, 2.0 MB")


def test_the_storage_is_opened_and_never_made(tmp_path):
    for place in (f"sqlite:///{tmp_path / 'runs.db'}", f"{tmp_path / 'runs.db'}"):
        [finding] = doctor.stored(place)
        assert (finding.found, finding.problem) == ("not there yet: the first run makes it", "")
        assert list(tmp_path.iterdir()) == []
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("create table nasplug_schema (version integer)")
        other.execute("insert into nasplug_schema values (99)")
    other.close()
    [finding] = doctor.stored(f"sqlite:///{tmp_path / 'other.db'}")
    assert finding.found == "unusable"
    assert finding.problem


@pytest.mark.parametrize(
    ("ended", "text"), [([True], "1 run"), ([True, True], "2 runs"), ([True, False], "2 runs, 1 not ended")]
)
def test_the_runs_of_a_storage_are_counted(tmp_path, ended, text):
    with closing(Storage(f"{tmp_path / 'runs.db'}")) as storage:
        for number, has_ended in enumerate(ended):
            run = storage.create(f"run-{number}", {}, {})
            if has_ended:
                with storage.locked(run, f"run-{number}"):
                    storage.end(run, "done")
    [finding] = doctor.stored(f"{tmp_path / 'runs.db'}")
    assert (finding.found, finding.problem) == (text, "")


def test_runs_that_are_driven_are_counted_as_running(tmp_path):
    with closing(Storage(f"{tmp_path / 'runs.db'}")) as storage:
        storage.create("stopped", {}, {})
        with storage.locked(storage.create("going on", {}, {}), "going on"):
            [finding] = doctor.stored(f"{tmp_path / 'runs.db'}")
    assert finding.found == "2 runs, 1 running, 1 not ended"


def test_a_password_is_not_told():
    [finding] = doctor.stored("postgresql+none://me:secret@host/runs")
    assert finding.name == "postgresql+none://me:***@host/runs"
    assert "secret" not in finding.problem


@pytest.mark.parametrize("problem", ["", "broken on purpose"])
def test_the_command_prints_every_finding_and_fails_where_one_is_a_problem(tmp_path, monkeypatch, problem):
    findings = [doctor.Finding("data", "cache", "nothing"), doctor.Finding("plugin", "space x", "x 1.0", problem)]
    monkeypatch.setattr(plugins, "examine", lambda storage: iter(findings))
    as_json = CliRunner().invoke(plugins.doctor_command, ["--json"], standalone_mode=False)
    assert [doctor.Finding(**finding) for finding in json.loads(as_json.stdout)] == findings
    table = CliRunner().invoke(plugins.doctor_command, [], standalone_mode=False)
    assert as_json.return_value == table.return_value == int(bool(problem))
    assert "space x" in table.stdout
    assert table.stderr == (f"! {problem}\n" if problem else "")


@pytest.mark.slow
def test_the_command_examines_every_part_of_this_installation(nasplug):
    done = nasplug("doctor", "--json")
    findings = json.loads(done.stdout)
    assert done.returncode == int(any(finding["problem"] for finding in findings))
    assert {finding["section"] for finding in findings} == {"version", "accelerator", "data", "storage", "plugin"}
    assert "CPU" in next(f["found"] for f in findings if (f["section"], f["name"]) == ("accelerator", "tensorflow"))
