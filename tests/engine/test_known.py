"""What a run is told before it begins: runs, files and trials, each of them a trial or named with a reason."""

import math
import tempfile
from contextlib import closing
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stored import store, trial

import nasplug
from nasplug.analysis.rendering import to_csv
from nasplug.engine.known import _places, read_known
from nasplug.engine.result import COLUMNS, rows
from nasplug.errors import StorageError, UsageError
from nasplug.storage.storage import Storage
from nasplug.types import Architecture, Evaluation

HOOK = nasplug.space("toy:ToySpace")


def read(*sources, url=None, **options):
    return read_known(sources, HOOK, "toy:ToySpace", url, **options)


def facts(known):
    return [(t.number, str(t.architecture), t.accuracy, t.evaluation.metrics) for t in known.trials]


@pytest.fixture
def url(database):
    """A storage with a run of every kind of trial, and one without any."""
    with closing(Storage(database("known"))) as storage:
        final, failed = trial(2, 60.0, "final"), trial(1, error="RuntimeError: lost\n  where")
        store(storage, "night", trial(0, 50.0, metrics={"loss": 0.5}), failed, final, trial(3, 70.0))
        store(storage, "empty")
    return database("known")


def test_a_run_is_known_by_its_complete_search_trials_and_the_others_are_named(url):
    known = read("night", url=url)
    assert facts(known) == [(-1, "toy:0,0,0", 50.0, {"loss": 0.5}), (-2, "toy:0,0,3", 70.0, {})]
    assert {(t.purpose, t.evaluation.source, t.evaluation.cost, t.state) for t in known.trials} == {
        ("search", "known", 0.0, "complete")
    }
    assert known.left_out == [
        "trial 1 of the run 'night': it has no accuracy: RuntimeError: lost",
    ]


def test_several_sources_are_known_in_their_order_and_numbered_on(url, tmp_path):
    (tmp_path / "x.csv").write_text('architecture,accuracy\n"0,1,0",55.5\n')
    given_trials = [trial(9, 80.0)]
    known = read("night", f"{tmp_path}/x.csv", tmp_path / "x.csv", given_trials, trial(8, 81.0), url=url)
    assert [t.number for t in known.trials] == [-1, -2, -3, -4, -5, -6]
    assert [t.accuracy for t in known.trials] == [50.0, 70.0, 55.5, 55.5, 80.0, 81.0]


def test_a_single_name_or_trial_is_a_source_as_well(url):
    assert len(read_known("night", HOOK, "toy:ToySpace", url).trials) == 2
    assert len(read_known(trial(1, 50.0), HOOK, "toy:ToySpace", url).trials) == 1


def test_a_run_of_another_storage_is_named_with_its_url(url, tmp_path):
    assert len(read(f"night@{url}").trials) == 2
    assert len(read(f"night@{url}", url=f"{tmp_path}/none.db").trials) == 2
    with pytest.raises(StorageError, match=r"no file, and no run either. There is no run 'nigth' in .* mean 'night'\?"):
        read(f"nigth@{url}")
    with pytest.raises(StorageError, match="There is no storage at"):
        read(f"night@{tmp_path}/none.db", url=url)


def test_a_run_with_an_at_in_its_name_is_found(tmp_path):
    for name in ("here", "there"):
        with closing(Storage(f"{tmp_path}/{name}.db")) as storage:
            store(storage, "me@home", trial(0, 50.0))
    assert len(read("me@home", url=f"{tmp_path}/here.db").trials) == 1
    assert len(read(f"me@home@{tmp_path}/there.db", url=f"{tmp_path}/here.db").trials) == 1
    assert len(read(f"me@home@sqlite:///{tmp_path}/there.db", url=f"{tmp_path}/here.db").trials) == 1


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="@"), min_size=1)
urls = st.sampled_from(
    ["postgresql+psycopg://me:secret@host/runs", "sqlite:///runs.db", "sqlite:////data/@scratch/x.db"]
)


@given(names, urls)
def test_whatever_a_run_is_called_its_url_is_what_follows(name, url):
    assert list(_places(f"{name}@{url}", None)) == [(name, url)]


@pytest.mark.parametrize(
    ("name", "from_file"), [("both.csv", True), ("both", False), ("file", True), ("run.csv", False)]
)
def test_a_name_of_a_file_and_of_a_run_is_the_file_where_it_ends_with_csv(tmp_path, monkeypatch, name, from_file):
    monkeypatch.chdir(tmp_path)
    with closing(Storage("nasplug.db")) as storage:
        for run in ("both.csv", "both", "run.csv"):
            store(storage, run, trial(0, 50.0))
    for file in ("both.csv", "both", "file"):
        Path(file).write_text('architecture,accuracy\n"0,0,1",60\n')
    assert [t.accuracy for t in read(name, url="sqlite:///nasplug.db").trials] == [60.0 if from_file else 50.0]


def test_the_home_folder_counts_in_the_name_of_a_file(tmp_path, monkeypatch):
    (tmp_path / "known.csv").write_text(to_csv(list(rows([trial(0, 50.0)]))))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert len(read("~/known.csv").trials) == 1


def test_a_source_without_rows_is_named(url, tmp_path):
    (tmp_path / "x.csv").write_text("architecture,accuracy\n")
    known = read("empty", f"{tmp_path}/x.csv", [], url=url)
    assert known.trials == []
    assert known.left_out == [
        "the run 'empty' has no trial yet",
        f"{tmp_path}/x.csv has no rows",
        "no trial was among those given",
    ]


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ("none.csv", StorageError, "'none.csv' is no file, and no run either.$"),
        ("none", StorageError, "'none' is no file, and no run either. There is no run 'none' in .* night, empty"),
        (Path("none.csv"), StorageError, "none.csv cannot be read: .*No such file"),
        ("x" * 5000, StorageError, "is no file, and no run either"),
        ([1], UsageError, "names of runs, CSV files and trials, got 1"),
        (7, UsageError, "names of runs, CSV files and trials, got 7"),
    ],
)
def test_what_is_no_source_is_one_message(url, source, error, message):
    with pytest.raises(error, match=message):
        read(source, url=url)


def test_without_a_storage_a_run_needs_a_url_and_no_password_is_shown(tmp_path):
    with pytest.raises(StorageError, match="'night' is no file, and no run either. This run has no storage .* RUN@URL"):
        read("night")
    with pytest.raises(StorageError) as raised:
        read(f"night@sqlite:///{tmp_path}/none.db?password=secret")
    assert "secret" not in str(raised.value)


def test_fractions_and_other_bounds(tmp_path):
    (tmp_path / "x.csv").write_text('architecture,accuracy\n"0,0,1",0.5\n"0,0,2",1.5\n')
    known = read(tmp_path / "x.csv", bounds=(0.0, 1.0))
    assert [t.accuracy for t in known.trials] == [0.5]
    assert known.left_out == [f"{tmp_path}/x.csv, line 3: accuracy must be a number between 0 and 1, got 1.5"]
    (tmp_path / "x.csv").write_text('architecture,accuracy\n"0,0,1",0.5\n')
    with pytest.raises(StorageError, match="needs percent"):
        read(tmp_path / "x.csv")


codes = st.lists(st.integers(0, 3), min_size=3, max_size=3)
metric_names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.sampled_from(
    [*COLUMNS, "metric.state"]
)
evaluations = st.builds(
    Evaluation, st.floats(1.5, 100), st.floats(0, 1e6), st.dictionaries(metric_names, st.floats()), st.just("toy")
)
finished = st.none() | evaluations


def any_trial(code, evaluation, purpose):
    plain = trial(0, None if evaluation is None else evaluation.accuracy, purpose)
    return attrs.evolve(plain, architecture=Architecture("toy", code), evaluation=evaluation)


any_trials = st.builds(any_trial, codes, finished, st.sampled_from(["search", "search", "final"]))


def numbered(trials):
    return [attrs.evolve(trial, number=number) for number, trial in enumerate(trials)]


def without_nan(known):
    return [
        (
            t.number,
            t.architecture,
            t.accuracy,
            {k: None if math.isnan(v) else v for k, v in t.evaluation.metrics.items()},
        )
        for t in known.trials
    ]


@settings(max_examples=20)  # each makes a database
@given(st.lists(any_trials, min_size=1, max_size=6).map(numbered))
def test_trials_their_export_and_their_stored_run_are_known_as_the_same(trials):
    with tempfile.TemporaryDirectory() as folder:
        path, database = Path(folder) / "export.csv", f"{folder}/runs.db"
        path.write_text(to_csv(list(rows(trials))), encoding="utf-8", newline="")
        with closing(Storage(database)) as storage:
            store(storage, "night", *trials)
        given_ones, exported, stored = (read(source, url=database) for source in (trials, str(path), "night"))
    searched = [t for t in trials if t.purpose == "search"]
    complete = [t for t in searched if t.evaluation]
    assert [(t.architecture, t.accuracy) for t in given_ones.trials] == [(t.architecture, t.accuracy) for t in complete]
    assert without_nan(given_ones) == without_nan(stored) == without_nan(exported)
    assert len(given_ones.left_out) == len(exported.left_out) == len(stored.left_out) == len(searched) - len(complete)


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
codes_as_text = codes.map(lambda code: ",".join(map(str, code)))
lines = st.fixed_dictionaries(
    {"architecture": cells | codes_as_text | codes_as_text.map("toy:{}".format), "accuracy": cells | st.just("50")},
    optional={"epochs": cells | st.just("3"), "purpose": st.sampled_from(["search", "final", ""]), "loss": cells},
)


@settings(max_examples=50)
@given(st.lists(lines, min_size=1))
def test_every_row_of_whatever_file_is_a_trial_or_named(written):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_text(to_csv([{"architecture": "0,0,0", "accuracy": "99"}, *written]), encoding="utf-8", newline="")
        known = read(path)
    of_rows = [reason for reason in known.left_out if "the column is no metric" not in reason]
    searched = [row for row in written if row.get("purpose") != "final"]
    assert len(known.trials) + len(of_rows) == 1 + len(searched)
    assert [t.number for t in known.trials] == [-1 - place for place in range(len(known.trials))]
    assert all(t.architecture.space == "toy" and 0 <= t.accuracy <= 100 for t in known.trials)
    assert all(reason.startswith(f"{path}, line ") for reason in known.left_out)
