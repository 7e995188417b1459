"""Runs stored without a search, and locks that look like another's: what the readers of a storage are tested with."""

import toy

from nasplug.storage.schema import locks
from nasplug.types import Evaluation, Trial

SETTINGS = {"space": "toy:ToySpace", "strategy": "random", "seed": 0, "space_options": {}, "strategy_options": {}}


def trial(number, accuracy=None, purpose="search", error="RuntimeError: lost", metrics=None):
    """A trial of a code of its own, failed without an accuracy."""
    answer = None if accuracy is None else Evaluation(accuracy, 2.0, metrics or {}, "toy")
    state, error = ("failed", error) if answer is None else ("complete", None)
    return Trial(number, toy.architecture(0, 0, number), state, answer, error, purpose, 1.0, 2.0, f"network {number}")


def store(storage, name, *trials, ended=None):
    """Stores a run with these trials, and returns its id."""
    run = storage.create(name, SETTINGS, {})
    storage.add(run, trials)
    if ended:
        storage.end(run, ended)
    return run


def pretend(storage, **values):
    """Makes every lock look like another's."""
    with storage.engine.begin() as connection:
        connection.execute(locks.update().values(**values))
