"""One driver a run: the other is named, a stale lock is taken over, and who lost the lock stores nothing more."""

import os
import platform
import subprocess
import sys
import threading
import time

import pytest
import sqlalchemy as sa
import toy

import nasplug
from nasplug import hookimpl
from nasplug.errors import StorageError
from nasplug.storage import lock as lock_module
from nasplug.storage.lock import RunLock
from nasplug.storage.schema import locks
from nasplug.storage.storage import Storage

HEARTBEAT = 0.1  # where a test waits until a lock is stale
SLOW = 1.0  # where something has to happen before that
NEVER = 1000.0  # where no lock becomes stale, however busy the machine is


@pytest.fixture
def storage(database):
    opened = Storage(database("locks"))
    opened.create("run", {}, {})
    yield opened
    opened.close()


def lock(storage, heartbeat=HEARTBEAT, brief=False):
    return RunLock(storage.engine.connect, 1, "run", brief, heartbeat)


def pretend(storage, **values):
    """Makes the lock look like another's."""
    with storage.engine.begin() as connection:
        connection.execute(locks.update().values(**values))


def test_a_second_driver_is_refused_by_host_and_process(storage):
    first = lock(storage)
    first.acquire()
    with pytest.raises(
        StorageError, match=f"by process {os.getpid()} on {platform.node()} .*if it is dead, try again in 35 s"
    ):
        lock(storage, NEVER).acquire()
    first.release()
    second = lock(storage)
    second.acquire()
    second.release()


def test_two_drivers_of_two_runs_share_a_database(storage):
    other = RunLock(storage.engine.connect, storage.create("other", {}, {}), "other", heartbeat=HEARTBEAT)
    both = [lock(storage), other]
    for one in both:
        one.acquire()
    with storage.engine.connect() as connection:
        assert set(connection.scalars(sa.select(locks.c.run))) == {1, 2}  # held at the same time
    for one in both:
        one.release()


def test_the_lock_of_a_process_that_is_gone_is_taken_over_at_once(storage):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    stale = lock(storage)
    stale.acquire()
    pretend(storage, pid=gone.pid)
    fresh = lock(storage, NEVER)
    fresh.acquire()
    with storage.engine.connect() as connection:
        assert connection.scalar(sa.select(locks.c.owner)) == fresh.owner
    fresh.release()
    stale.release()


def elsewhere(storage, beaten):
    """A lock of another machine, whose last sign of life is so many seconds old by its own clock; nobody beats it."""
    held = lock(storage)
    held._released.set()  # its thread ends at once
    held.acquire()
    pretend(storage, machine="elsewhere", host="node7", pid=1, beaten=time.time() - beaten)


@pytest.mark.parametrize("beaten", [3600.0, -3600.0])
def test_a_silent_lock_of_another_machine_is_taken_over_whatever_its_clock_says(storage, beaten):
    elsewhere(storage, beaten)
    fresh = lock(storage)
    fresh.acquire()
    with storage.engine.connect() as connection:
        assert connection.execute(sa.select(locks.c.host, locks.c.pid)).all() == [(platform.node(), os.getpid())]
    fresh.release()


def holder(storage):
    with storage.engine.connect() as connection:
        return connection.execute(locks.select()).one_or_none()


def test_a_lock_names_its_holder_and_is_gone_when_it_is_released(storage):
    held = lock(storage)
    held.acquire()
    row = holder(storage)
    assert (row.run, row.owner, row.host, row.pid) == (1, held.owner, platform.node(), os.getpid())
    assert time.time() - 60 < row.beaten <= time.time()
    held.release()
    assert holder(storage) is None
    assert not held._thread.is_alive()


def test_a_holder_counts_its_heartbeats(storage):
    held = lock(storage)
    held.acquire()
    pretend(storage, beaten=0.0)
    deadline = time.monotonic() + 20
    while holder(storage).beats < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert holder(storage).beats >= 2
    assert holder(storage).beaten > time.time() - 60
    held.release()


@pytest.mark.parametrize("pid", [1, 2**22 + 1])  # the second is no process here, which says nothing of elsewhere
def test_a_lock_of_another_machine_with_a_fresh_heartbeat_is_respected_at_once(storage, pid):
    elsewhere(storage, 0.0)
    pretend(storage, pid=pid)
    with pytest.raises(StorageError, match=f"by process {pid} on node7"):
        lock(storage, NEVER).acquire()
    assert holder(storage).host == "node7"


def test_the_lock_of_a_suspended_process_of_this_machine_is_taken_over(storage):
    elsewhere(storage, 3600.0)
    pretend(storage, machine=lock_module._machine(), pid=os.getpid())
    fresh = lock(storage)
    started = time.monotonic()
    fresh.acquire()
    assert time.monotonic() - started >= 3.5 * HEARTBEAT  # it was watched
    assert holder(storage).owner == fresh.owner
    fresh.release()


def later(storage, after=HEARTBEAT, **values):
    """Changes the lock while it is watched, after so many seconds: to another's, or without values to none."""
    statement = locks.update().values(**values) if values else locks.delete()

    def change():
        with storage.engine.begin() as connection:
            connection.execute(statement)

    timer = threading.Timer(after, change)
    timer.start()
    return timer


def test_a_lock_that_is_released_while_it_is_watched_is_free(storage):
    elsewhere(storage, 3600.0)
    timer = later(storage)
    fresh = lock(storage, SLOW)
    started = time.monotonic()
    fresh.acquire()
    assert time.monotonic() - started < 3.5 * SLOW  # it was not watched to the end
    timer.join()
    assert holder(storage).owner == fresh.owner
    fresh.release()


def test_a_lock_whose_process_ends_while_it_is_watched_is_taken_over(storage):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    elsewhere(storage, 3600.0)
    timer = later(storage, machine=lock_module._machine(), pid=gone.pid)
    fresh = lock(storage, SLOW)
    started = time.monotonic()
    fresh.acquire()
    assert time.monotonic() - started < 3.5 * SLOW
    timer.join()
    fresh.release()


def test_a_lock_that_a_third_driver_takes_over_while_it_is_watched_is_that_driver_s(storage):
    elsewhere(storage, 3600.0)
    timer = later(storage, owner="third", host="node8")
    with pytest.raises(StorageError, match="on node7"):
        lock(storage, SLOW).acquire()
    timer.join()
    assert holder(storage).owner == "third"


@pytest.mark.parametrize("beaten", [0.0, 3600.0, -3600.0])
def test_everybody_waits_for_a_brief_holder_whatever_its_clock_says(storage, beaten):
    elsewhere(storage, beaten)
    pretend(storage, brief=True)
    timers = [later(storage, 0.1, owner="another"), later(storage, 0.5, owner="third"), later(storage, 1.0)]
    fresh = lock(storage, SLOW)
    started = time.monotonic()
    fresh.acquire()
    assert time.monotonic() - started < 3.5 * SLOW
    for timer in timers:
        timer.join()
    assert holder(storage).owner == fresh.owner
    fresh.release()


def test_a_brief_holder_without_heartbeats_is_taken_over_whatever_its_clock_says(storage):
    elsewhere(storage, 0.0)
    pretend(storage, brief=True)
    fresh = lock(storage)
    fresh.acquire()
    assert holder(storage).owner == fresh.owner
    fresh.release()


def test_who_lost_the_lock_ends_and_deletes_no_run(storage):
    with storage.locked(1, "run"):
        pretend(storage, owner="another")
        with pytest.raises(StorageError, match="taken over by another process while this one was suspended for more"):
            storage.end(1, "the budget is used")
        storage.delete_if_empty(1)
    assert storage.run("run").ended is None
    storage.delete_if_empty(1)
    assert storage.all_runs() == []


def test_a_lock_of_another_machine_that_beats_is_kept_whatever_its_clock_says(storage):
    held = lock(storage)
    held.acquire()
    pretend(storage, machine="elsewhere", host="node7", beaten=0.0)
    with pytest.raises(StorageError, match="on node7"):
        lock(storage, SLOW).acquire()
    held.release()


def test_the_lock_of_another_stays_when_who_was_taken_over_ends(storage):
    suspended = lock(storage)
    suspended.acquire()
    pretend(storage, owner="another")
    suspended._thread.join(20)
    assert not suspended._thread.is_alive()  # nothing more to give a sign of life for
    suspended.release()
    with storage.engine.connect() as connection:
        assert connection.scalar(sa.select(locks.c.owner)) == "another"


class TakenOver:
    """Another driver takes the run over when trial `number` is told, or before the first one; it finds `stored`."""

    def __init__(self, url, number):
        self.url, self.number, self.stored = url, number, []

    @hookimpl
    def on_start(self):
        if self.number is None:
            self._take()

    @hookimpl
    def on_trial(self, trial):
        if trial.number == self.number:
            self._take()

    def _take(self):
        other = Storage(self.url)
        pretend(other, owner="another", machine="elsewhere")
        self.stored = other.trials(1)
        other.close()


@pytest.mark.parametrize("number", [None, 0, 2, 6])
@pytest.mark.parametrize("settings", [{"workers": 1}, {"workers": 3, "batch": 3}, {"workers": 3, "asynchronous": True}])
def test_who_was_taken_over_stores_nothing_more(database, number, settings):
    url = database("taken")
    watch = TakenOver(url, number)
    with pytest.raises(StorageError, match="'run' was taken over by another process"):
        nasplug.search(toy.ToySpace(), "toy:Climber", budget=6, storage=url, name="run", observers=[watch], **settings)
    storage = Storage(url)
    run = storage.run("run")
    assert run.ended is None
    assert storage.trials(run.id) == watch.stored
    storage.close()


def test_a_run_that_is_driven_cannot_be_resumed_beside_it(database, tmp_path):
    settings = {"budget": 3, "storage": database("runs"), "name": "run"}
    nasplug.search(toy.ToySpace(), "toy:Climber", **settings)
    storage = Storage(database("runs"))
    with storage.locked(1, "run"), pytest.raises(StorageError, match="is driven by process"):
        nasplug.search(toy.ToySpace(), "toy:Climber", **settings, resume=True)
    storage.close()
    assert len(nasplug.search(toy.ToySpace(), "toy:Climber", **settings, resume=True).trials) == 4


def test_names_and_options_are_parameters_of_sql(database):
    name = "'); DROP TABLE nasplug_trials; -- %s :x {0} %(run)s"
    url = database("hostile")
    result = nasplug.search(toy.ToySpace(fails=name), "toy:Climber", budget=2, storage=url, name=name)
    storage = Storage(url)
    assert [run.name for run in storage.all_runs()] == [name]
    assert storage.run(name).settings["space_options"]["fails"] == name
    assert storage.trials(1) == result.trials
    storage.close()


@pytest.mark.parametrize("name", ["", "x" * 201, "two\nlines", "\x1b[2J", "nul\0", "half \ud800"])
def test_what_is_no_name_is_refused(storage, name):
    with pytest.raises(StorageError, match="1 to 200 printable characters"):
        storage.create(name, {}, {})


def test_a_stale_lock_is_looked_at_ten_times_a_heartbeat(storage, monkeypatch):
    slept = []
    sleep = time.sleep
    monkeypatch.setattr(lock_module.time, "sleep", lambda seconds: (slept.append(seconds), sleep(seconds)))
    elsewhere(storage, 10_000.0)
    fresh = lock(storage)
    fresh.acquire()
    fresh.release()
    assert set(slept) == {HEARTBEAT / 10}
