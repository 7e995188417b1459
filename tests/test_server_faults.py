"""A real PostgreSQL server that fails in the middle of a run: what is kept, what the user reads, how it goes on."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import attrs
import pytest
import sqlalchemy as sa
import toy
from paths import HELPERS
from postgres import server

import nasplug
from nasplug.storage.storage import Storage

pytestmark = pytest.mark.slow
TRIALS = 40


@pytest.fixture(scope="module")
def running():
    """A server of these tests' own: they stop it."""
    with tempfile.TemporaryDirectory(prefix="nasplug-pg-") as folder, server(Path(folder)) as found:
        yield found


def command(url, name):
    toys = ["--space", "toy:ToySpace", "--strategy", "toy:Climber", "--space-opt", "seconds=0.05"]
    where = ["--storage", url, "--name", name, "--budget", str(TRIALS)]
    return [sys.executable, "-m", "nasplug.cli", "run", *toys, *where]


def environment():
    return {**os.environ, "PYTHONPATH": str(HELPERS)}


def broken_off(url, name, fault):
    """Returns what a driver says after `fault` was made in the middle of its run; nothing that it told is lost."""
    with subprocess.Popen(command(url, name), env=environment(), stderr=subprocess.PIPE, text=True) as driver:
        told = [driver.stderr.readline() for _ in range(8)]
        fault()
        rest = driver.stderr.read()
    assert driver.returncode == 1, rest
    assert "Traceback" not in rest
    assert any(line.startswith("trial ") for line in told)
    return rest


def trials(url, name):
    storage = Storage(url)
    found = storage.trials(storage.run(name).id)
    storage.close()
    return found


def goes_on(url, name):
    """The resumed run has all that was kept, and is the run that would have been."""
    kept = trials(url, name)
    assert 3 < len(kept) < TRIALS
    again = subprocess.run(
        [*command(url, name), "--resume", "--json"], env=environment(), capture_output=True, text=True
    )
    assert json.loads(again.stdout)["trials"] == TRIALS, again.stderr
    found = trials(url, name)
    assert found[: len(kept)] == kept
    whole = nasplug.search(toy.ToySpace(), "toy:Climber", budget=TRIALS)
    assert [without_clock(trial) for trial in found] == [without_clock(trial) for trial in whole.trials]


def without_clock(trial):
    return attrs.evolve(trial, started=0.0, finished=0.0)


def test_a_server_that_stops_ends_the_run_and_keeps_what_is_committed(running):
    said = broken_off(running.url, "stopped", running.stop)
    running.start()
    assert "See that the server is up and reachable. What is committed is kept; go on with --resume." in said
    goes_on(running.url, "stopped")


def takes_writes(url, answer):
    """Makes the server read-only, or no longer; sessions that are open hear of it too."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"ALTER SYSTEM SET default_transaction_read_only = {'off' if answer else 'on'}")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()


def test_a_server_that_becomes_read_only_ends_the_run_and_keeps_what_is_committed(running):
    said = broken_off(running.url, "readonly", lambda: takes_writes(running.url, False))
    takes_writes(running.url, True)
    assert "read-only transaction. See that the server takes writes. What is committed is kept" in said
    goes_on(running.url, "readonly")
