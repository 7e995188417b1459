"""A run is opened from its request: its name, its place, what is stored of it when it begins and when it breaks off."""

import logging
import threading
from contextlib import closing
from pathlib import Path

import pytest
import toy
from sessions import numbers

import nasplug
from nasplug import hookimpl
from nasplug.engine.opening import opened, prepare
from nasplug.engine.request import RunRequest
from nasplug.errors import ConfigurationError, PluginError, StorageError, Unsupported, UsageError
from nasplug.storage.storage import Storage


def request(**more):
    return RunRequest("toy:ToySpace", "toy:Grid", **more)


def stored_names(url):
    with closing(Storage(str(url))) as storage:
        return [run.name for run in storage.all_runs()]


@pytest.fixture
def url(tmp_path):
    return tmp_path / "runs.db"


# ---------------------------------------------------------------------- names


def test_a_run_without_a_name_is_called_by_space_strategy_and_seed(url):
    assert prepare(request(seed=3)).name == "toy:ToySpace-toy:Grid-3"
    for number in (1, 2):
        with opened(request(storage=url)) as run:
            assert run.run.name == f"toy:ToySpace-toy:Grid-0-{number}"


def test_a_name_must_not_be_empty():
    with pytest.raises(UsageError, match="must not be empty"):
        prepare(request(name=""))


def test_start_or_resume_begins_the_run_or_goes_on_with_it_and_says_which(url, caplog):
    place = {"storage": url, "name": "run", "start_or_resume": True}
    with caplog.at_level(logging.INFO, "nasplug"):
        first = nasplug.search("toy:ToySpace", "toy:Grid", budget=3, **place)
        again = nasplug.search("toy:ToySpace", "toy:Grid", **place)
    assert again.trials == first.trials
    said = [record.message for record in caplog.records if "The run run" in record.message]
    assert said == ["The run run is new: it begins.", "The run run is stored: it goes on."]


def test_many_that_start_or_resume_at_once_open_one_run(url):
    ids, errors = [], []

    def opens():
        try:
            with opened(request(storage=url, name="run", start_or_resume=True)) as run:
                ids.append(run.store.id)
        except StorageError as error:
            errors.append(error)

    threads = [threading.Thread(target=opens) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (errors, ids) == ([], [1] * 8)


@pytest.mark.parametrize("how", ["resume", "start_or_resume"])
def test_a_resume_needs_a_storage_and_a_name(url, how):
    with pytest.raises(UsageError, match="Only a stored run can be resumed: name the storage it is in"):
        nasplug.search("toy:ToySpace", "toy:Grid", **{how: True})
    with pytest.raises(UsageError, match="Which run is to be resumed"):
        nasplug.search("toy:ToySpace", "toy:Grid", storage=url, **{how: True})


def test_a_new_run_needs_a_space_and_a_strategy(url):
    with pytest.raises(UsageError, match="needs a space and a strategy"):
        nasplug.search(storage=url, name="run", start_or_resume=True)
    assert stored_names(url) == []


# ---------------------------------------------------------------------- what an error leaves


class BreaksAt:
    """Raises at its trial of that number, or at the start where it is negative."""

    watches = True

    def __init__(self, number):
        self.number = number

    @hookimpl
    def on_start(self):
        if self.number < 0:
            raise ConfigurationError("no batteries")

    @hookimpl
    def on_trial(self, trial):
        if trial.number == self.number:
            raise ConfigurationError("no batteries")


@pytest.mark.parametrize(("at", "left"), [(-1, []), (0, ["run"])])
def test_an_error_before_the_first_trial_leaves_nothing_stored(url, at, left):
    with pytest.raises(ConfigurationError):
        nasplug.search("toy:ToySpace", "toy:Grid", storage=url, name="run", observers=[BreaksAt(at)])
    assert stored_names(url) == left


def test_an_interruption_before_the_first_trial_keeps_the_name(url):
    class Interrupts:
        @hookimpl
        def on_start(self):
            raise KeyboardInterrupt

    place = {"storage": url, "name": "run"}
    with pytest.raises(KeyboardInterrupt):
        nasplug.search("toy:ToySpace", "toy:Grid", budget=3, observers=[Interrupts()], **place)
    assert numbers(nasplug.search(resume=True, **place).trials) == [0, 1, 2, 3]


def test_an_error_at_a_resume_deletes_nothing(url):
    place = {"storage": url, "name": "run"}
    before = nasplug.search("toy:ToySpace", "toy:Grid", budget=2, **place)
    with pytest.raises(ConfigurationError):
        nasplug.search(resume=True, observers=[BreaksAt(-1)], **place)
    assert nasplug.search(resume=True, **place).trials == before.trials


# ---------------------------------------------------------------------- devices


def test_a_device_that_nobody_knows_is_refused_before_anything_is_paid():
    with pytest.raises(Unsupported, match="latencies on the device 'abacus'"):
        prepare(request(device="abacus"))


def test_a_device_that_fails_on_a_first_architecture_may_know_others(caplog):
    class Picky(toy.ToySpace):
        @hookimpl
        def measure_latency(self, architecture):
            if architecture.code[0] > 0:
                raise RuntimeError("too many layers")
            return 10.0

    with caplog.at_level(logging.WARNING, "nasplug"):
        result = nasplug.search(Picky(), "toy:Grid", budget=64, device="picky")
    assert [trial.state for trial in result.trials[:64]] == ["complete"] * 16 + ["failed"] * 48
    assert "failed on a first architecture: RuntimeError: too many layers" in caplog.text


# ---------------------------------------------------------------------- files


def test_the_files_of_a_run_are_beside_its_sqlite_file(url):
    with opened(request(storage=url, name="a/b")) as run:
        assert run.session().folders.path(3) == str(url.parent / "runs.db-files" / "a%2Fb" / "3")


def test_those_of_a_run_on_a_server_are_in_the_users_cache_apart_from_those_of_other_servers(
    postgresql, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    roots = set()
    for url in (postgresql, f"{postgresql}?application_name=other"):
        with opened(request(storage=url)) as run:
            root = Path(run.session().folders.root)
            run.store.storage.delete_if_empty(run.store.id)
        assert root.parents[1] == tmp_path / "nasplug" / "files"
        roots.add(root.parent)
    assert len(roots) == 2


def test_what_a_job_keeps_is_there_after_a_resume_and_gone_after_the_run(url):
    class Checkpoints(toy.ToySpace):
        """Is interrupted in its second evaluation, and goes on from its checkpoint."""

        interrupts = True

        @hookimpl
        def evaluate(self, architecture, purpose, epochs, seed, job):
            checkpoint = job.folder / "checkpoint"
            seen = checkpoint.exists()
            checkpoint.touch()
            if job.number == 1 and self.interrupts:
                raise KeyboardInterrupt
            assert seen is (job.number == 1)
            return super().evaluate(architecture, purpose, epochs, seed)

    place = {"storage": url, "name": "run"}
    with pytest.raises(KeyboardInterrupt):
        nasplug.search(Checkpoints(), "toy:Grid", budget=3, **place)
    assert list(url.parent.glob("runs.db-files/*/*")) == [url.parent / "runs.db-files" / "run" / "1"]
    Checkpoints.interrupts = False
    result = nasplug.search(Checkpoints(), resume=True, **place)
    assert {trial.state for trial in result.trials} == {"complete"}
    assert list(url.parent.glob("runs.db-files/*")) == []


# ---------------------------------------------------------------------- known trials


def test_known_trials_are_told_once_and_what_is_unfit_is_named(url, caplog):
    place = {"storage": url, "name": "run"}
    nasplug.search("toy:ToySpace", "toy:Grid", budget=3, storage=url, name="earlier", finals=0)
    nasplug.search(toy.ToySpace(fails="0,0,0"), "toy:Grid", budget=2, storage=url, name="poor", finals=0)
    heard = []

    class Listener:
        @hookimpl
        def on_trial(self, run, trial):
            heard.append((trial.purpose, trial.number >= 0, len(run.known)))

    with caplog.at_level(logging.WARNING, "nasplug"):
        result = nasplug.search(
            "toy:ToySpace", "toy:Climber", budget=2, known=["earlier", "poor"], observers=[Listener()], **place
        )
    assert heard[:4] == [("known", False, count) for count in (1, 2, 3, 4)]
    assert {trial.purpose for trial in result.trials} == {"search", "final"}
    assert len(caplog.records) == 1
    assert caplog.records[0].message.startswith("Left out of the known trials: ")
    heard.clear()
    resumed = nasplug.search(resume=True, observers=[Listener()], **place)
    assert resumed.trials == result.trials
    assert [each[0] for each in heard] == ["known"] * 4 + ["search"] * 2 + ["final"]


def test_known_trials_at_a_resume_must_be_those_of_the_beginning(url):
    place = {"storage": url, "name": "run"}
    nasplug.search("toy:ToySpace", "toy:Grid", budget=3, storage=url, name="earlier", finals=0)
    nasplug.search("toy:ToySpace", "toy:Climber", budget=2, known="earlier", **place)
    nasplug.search(resume=True, known=["earlier"], **place)
    with pytest.raises(UsageError, match=r"This one was told earlier, not other.csv: leave --known out"):
        nasplug.search(resume=True, known=["other.csv"], **place)


def test_a_known_file_that_is_not_there_is_told_without_runs(url):
    with pytest.raises(StorageError, match=r"^'nofile.csv' is no file, and no run either.$"):
        nasplug.search("toy:ToySpace", "toy:Grid", known=["nofile.csv"], storage=url)


# ---------------------------------------------------------------------- what the space cannot follow


class Long(toy.ToySpace):
    @hookimpl
    def fidelities(self):
        return (1, 3, 9), False

    @hookimpl
    def choices(self):
        return (4, 4, 4)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"epochs": 4}, "epochs 4 is not possible: the space 'Long' cannot train for 4 epochs, but for 1, 3, 9"),
        ({"first": ["blah"]}, "--first blah cannot be evaluated: 'blah' is not an architecture code"),
        ({"first": ["zzz:1,2"]}, "--first zzz:1,2 cannot be evaluated: .* not of 'toy'"),
        ({"first": ["9,9,9"]}, "toy:9,9,9 has 9 at place 1, the space 'Long' has 0 to 3 there"),
        ({"objectives": "latency"}, "The latency is known on a device alone: add --device"),
        ({"limits": "latency<=80"}, "The latency is known on a device alone: add --device"),
    ],
)
def test_what_cannot_be_followed_is_refused_before_anything_is_stored(url, more, complaint):
    with pytest.raises(UsageError, match=complaint):
        nasplug.search(Long(), "toy:Grid", storage=url, **more)
    assert stored_names(url) == []


def test_a_first_network_that_is_given_twice_is_evaluated_once(caplog):
    result = nasplug.search(Long(), "toy:Grid", first=["3,3,3", "toy:3,3,3"], budget=2, finals=0)
    assert [trial.architecture.code for trial in result.trials] == [(3, 3, 3), (0, 0, 1)]
    assert "1 of the first architectures are networks that are among them already" in caplog.text


@pytest.mark.parametrize("first", ["3,3,3", toy.architecture(3, 3, 3)])
def test_one_text_is_one_value(first):
    run = prepare(request(objectives="f1", limits="parameters<=9000", first=first))
    assert (run.settings.objectives, run.settings.limits) == (["f1"], ["parameters<=9000"])
    assert run.settings.first == [str(first)]


@pytest.mark.parametrize(
    ("hook", "answer"), [("fidelities", 5), ("fidelities", ((3, 1), True)), ("objective", "f1"), ("choices", "abc")]
)
def test_a_wrong_answer_names_hook_and_plugin(hook, answer):
    class Wrong(toy.ToySpace):
        pass

    setattr(Wrong, hook, hookimpl(eval(f"lambda self: {answer!r}")))
    with pytest.raises(PluginError, match=f"^{hook} of 'Wrong' must return None or"):
        nasplug.search(Wrong(), "toy:Grid", budget=1)


def test_a_misspelt_figure_ends_the_run_at_once():
    class Measured(toy.ToySpace):
        @hookimpl
        def measure(self):
            return {"parameters": 5.0}

    result = nasplug.search(Measured(metric="f1"), "toy:Grid", budget=9, limits=["parametrs<=1000"])
    assert len(result.trials) == 1
    assert result.reason.startswith("the evaluation has no parametrs, which the run looks at; it has accuracy ")
    assert "parameters 5. Did you mean 'parameters'?" in result.reason
