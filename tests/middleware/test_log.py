"""The log writes one JSON line an event, and never a trial twice."""

import json

import pytest
import toy

import nasplug
from nasplug import hookimpl
from nasplug.errors import ConfigurationError, StorageError


def events(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_event_is_a_line(tmp_path):
    path = tmp_path / "log.jsonl"
    nasplug.search(toy.ToySpace(fails="0,0,1"), "toy:Grid", budget=3, middleware=[f"log:path={path}"])
    logged_events = events(path)
    assert [event["event"] for event in logged_events] == ["start", "trial", "trial", "trial", "trial", "stop"]
    assert (logged_events[0]["budget"], logged_events[-1]["reason"]) == (3, "the budget of 3 trials is used")
    assert logged_events[2]["error"].startswith("RuntimeError: loss is NaN at step 12")


def test_a_resumed_run_does_not_repeat_its_trials(tmp_path):
    path = tmp_path / "log.jsonl"
    settings = {"budget": 3, "storage": tmp_path / "runs.db", "name": "run", "middleware": [f"log:path={path}"]}
    for resume in (False, True):
        nasplug.search(toy.ToySpace(), "toy:Grid", resume=resume, **settings)
    assert [event["number"] for event in events(path) if event["event"] == "trial"] == [0, 1, 2, 3]


def test_a_resumed_run_writes_what_an_interruption_kept_from_the_file(tmp_path):
    path = tmp_path / "log.jsonl"
    settings = {"budget": 3, "storage": tmp_path / "runs.db", "name": "run", "middleware": [f"log:path={path}"]}
    nasplug.search(toy.ToySpace(), "toy:Grid", **settings)
    whole = path.read_text().splitlines()
    path.write_text("\n".join([*whole[:2], *whole[3:4]]) + '\n{"event": "tri')  # trial 1 is missing, and a line is cut
    path.write_text(path.read_text() + "\n")
    nasplug.search(toy.ToySpace(), "toy:Grid", resume=True, **settings)
    numbers = [json.loads(line)["number"] for line in path.read_text().splitlines() if '"event": "trial"' in line]
    assert numbers == [0, 2, 1, 3]


@pytest.mark.parametrize("metric", ["event", "run", "state"])
def test_a_metric_overwrites_nothing_and_is_written_whatever_it_is_called(tmp_path, metric):
    path = tmp_path / "log.jsonl"
    space = toy.ToySpace(metric=metric)
    nasplug.search(
        space, "toy:Grid", budget=1, name="night", storage=tmp_path / "x.db", middleware=[f"log:path={path}"]
    )
    logged = events(path)[1]
    assert (logged["event"], logged["run"], logged["state"]) == ("trial", "night", "complete")
    assert logged[f"metric.{metric}"] == 100.0


def test_without_a_path_it_speaks_on_standard_error(capsys):
    nasplug.search(toy.ToySpace(), "toy:Grid", budget=1, middleware=["log"])
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 4)


def test_a_path_that_cannot_be_written_ends_the_run_at_once(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be written: No such file or directory"):
        nasplug.search(toy.ToySpace(), "toy:Grid", middleware=[f"log:path={tmp_path}/none/log"])


class Counts:
    """Counts trials, and says that it changes no result."""

    watches = True

    @hookimpl
    def on_trial(self):
        """Hears of a trial."""


class Changes:
    """Says nothing of that kind."""

    @hookimpl
    def on_trial(self):
        """Hears of a trial."""


def resumed(tmp_path, before, after):
    settings = {"budget": 2, "storage": tmp_path / "runs.db", "name": "run"}
    nasplug.search(toy.ToySpace(), "toy:Grid", middleware=before, **settings)
    return nasplug.search(toy.ToySpace(), "toy:Grid", middleware=after, resume=True, **settings)


@pytest.mark.parametrize(("before", "after"), [([Counts()], []), ([], [Counts(), "log", "processes"])])
def test_middleware_that_only_watches_may_be_added_or_left_out_at_a_resume(tmp_path, before, after):
    assert len(resumed(tmp_path, before, after).trials) == 3


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ([Changes()], [], r'middleware was \["Changes"\], now \[\]'),
        ([Counts()], [Changes()], r'middleware was \[\], now \["Changes"\]'),
    ],
)
def test_other_middleware_may_not(tmp_path, before, after, change):
    with pytest.raises(StorageError, match=change):
        resumed(tmp_path, before, after)
