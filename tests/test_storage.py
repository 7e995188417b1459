"""Storage: what is committed survives, resume is replay, and every refusal says what to do."""

import os
import sqlite3

import attrs
import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

import nasplug
from nasplug import Architecture, Evaluation, Trial, hookimpl
from nasplug.errors import ConfigurationError, StorageError, UsageError
from nasplug.storage import Storage

percent = st.floats(0, 100)
finite = st.floats(allow_nan=False, allow_infinity=False)
evaluations = st.builds(Evaluation, percent, st.floats(0, 1e9), st.dictionaries(st.text(max_size=9), finite), st.text())
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def stored_trial(number, evaluation, error, latency):
    state = "complete" if evaluation else "failed"
    architecture = Architecture("toy", (number, 1))
    error = None if evaluation else error
    return Trial(number, architecture, state, evaluation, error, "search", 1.5, 2.5, "canonical'; DROP TABLE", latency)


@given(evaluation=st.none() | evaluations, error=texts, latency=st.none() | st.floats(0, 1e6))
def test_a_trial_comes_back_as_it_was(evaluation, error, latency):
    storage = Storage("sqlite://")
    run = storage.create("run", {}, {})
    trial = stored_trial(7, evaluation, error, latency)
    storage.add(run, trial)
    assert storage.trials(run) == [trial]
    storage.close()


def search(url, **settings):
    return nasplug.search(toy.ToySpace(), "toy:Climber", **({"budget": 8, "storage": url, "name": "run"} | settings))


def without_clock(result):
    return [attrs.evolve(trial, started=0.0, finished=0.0) for trial in result.trials]


class StopAfter:
    """Interrupts a run at its n-th trial, as Ctrl-C would."""

    def __init__(self, trials):
        self.left = trials

    @hookimpl
    def on_trial(self):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


@pytest.mark.parametrize("stop", [1, 4, 8, 9])
@pytest.mark.parametrize("settings", [{"batch": 1}, {"batch": 3, "workers": 2}])
def test_a_resumed_run_is_the_run_that_would_have_been(tmp_path, stop, settings):
    whole = search(tmp_path / "whole.db", **settings)
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path / "cut.db", observers=[StopAfter(stop)], **settings)
    storage = Storage(f"{tmp_path}/cut.db")
    kept = storage.trials(1)
    storage.close()
    resumed = search(tmp_path / "cut.db", resume=True, **settings)
    assert without_clock(resumed) == without_clock(whole)
    assert [trial for trial in resumed.trials if trial.number < stop] == kept[:stop]  # not evaluated again


def test_steady_state_resumes_without_losing_or_repeating(tmp_path):
    settings = {"asynchronous": True, "workers": 3, "budget": 15}
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path / "cut.db", observers=[StopAfter(6)], **settings)
    result = search(tmp_path / "cut.db", resume=True, **settings)
    assert len([trial for trial in result.trials if trial.purpose == "search"]) == 15
    assert len({trial.number for trial in result.trials}) == 16


def test_a_finished_run_resumes_to_the_same_result_without_an_evaluation(tmp_path):
    whole = search(tmp_path / "runs.db")
    assert search(tmp_path / "runs.db", resume=True).trials == whole.trials


def test_a_name_is_taken_once_and_made_up_where_none_is_given(tmp_path):
    search(tmp_path / "runs.db")
    with pytest.raises(StorageError, match="'run' is already in .*Add --resume .*another --name"):
        search(tmp_path / "runs.db")
    names = [search(tmp_path / "runs.db", name=None, budget=1).run for _ in range(2)]
    assert names == ["ToySpace-toy:Climber-0-1", "ToySpace-toy:Climber-0-2"]


def test_a_run_refused_before_its_first_trial_leaves_nothing_behind(tmp_path):
    with pytest.raises(ConfigurationError):
        nasplug.search(toy.ToySpace(broken=True), "toy:Climber", budget=2, storage=tmp_path / "runs.db", name="run")
    storage = Storage(str(tmp_path / "runs.db"))
    assert storage.all_runs() == []
    storage.close()


def test_resuming_with_other_settings_names_each_difference(tmp_path):
    search(tmp_path / "runs.db")
    with pytest.raises(StorageError, match="seed was 0, now 1; budget was 8, now 9. Resume it with"):
        search(tmp_path / "runs.db", resume=True, budget=9, seed=1)


def test_the_versions_that_took_part_are_kept(tmp_path):
    nasplug.search("toy:ToySpace", "random", budget=1, storage=tmp_path / "runs.db", name="run")
    storage = Storage(f"{tmp_path}/runs.db")
    assert {"python", "nasplug", "nasplug-strategies"} == set(storage.run("run").versions)
    storage.close()


def test_more_workers_at_a_resume_are_no_other_settings(tmp_path):
    whole = search(tmp_path / "runs.db", batch=2)
    assert search(tmp_path / "runs.db", resume=True, batch=2, workers=2).trials == whole.trials


def test_a_changed_strategy_is_noticed_at_the_resume(tmp_path):
    whole = search(tmp_path / "runs.db")
    with sqlite3.connect(tmp_path / "runs.db") as database:
        database.execute("UPDATE nasplug_trials SET architecture = 'toy:9,9,9' WHERE number = 2")
    database.close()
    with pytest.raises(
        StorageError,
        match=rf"stored trial 2 is toy:9,9,9, but the strategy now suggests {whole.trials[2].architecture}",
    ):
        search(tmp_path / "runs.db", resume=True)


def test_a_resume_needs_a_name_and_a_run_of_that_name(tmp_path):
    search(tmp_path / "runs.db")
    with pytest.raises(UsageError, match="Which run"):
        search(tmp_path / "runs.db", resume=True, name=None)
    with pytest.raises(StorageError, match=r"no run 'ruin' in .*Did you mean 'run'\?"):
        search(tmp_path / "runs.db", resume=True, name="ruin")


def test_a_newer_schema_is_refused(tmp_path):
    Storage(f"{tmp_path}/runs.db").close()
    with sqlite3.connect(tmp_path / "runs.db") as database:
        database.execute("UPDATE nasplug_schema SET version = 99")
    database.close()
    with pytest.raises(StorageError, match="schema version 99, this nasplug knows version 1. Upgrade"):
        Storage(f"{tmp_path}/runs.db")


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("{folder}/no/such/folder/runs.db", "Cannot open sqlite:///.*unable to open database file"),
        ("{folder}/text.db", "Cannot open .*file is not a database"),
        ("nonsense://", "database driver is not installed"),
        ("sqlite:runs.db", "is not a database URL"),
    ],
)
def test_what_cannot_be_opened_is_one_message(tmp_path, url, complaint):
    (tmp_path / "text.db").write_text("This is a shopping list, and no database at all. " * 30)
    with pytest.raises(StorageError, match=complaint):
        Storage(url.format(folder=tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_one_message(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="Check the path and your permissions"):
        Storage(f"{tmp_path}/runs.db")


def test_reading_never_creates_a_database(tmp_path):
    with pytest.raises(StorageError, match="There is no storage at"):
        Storage(f"{tmp_path}/none.db", must_exist=True)
    assert not (tmp_path / "none.db").exists()
