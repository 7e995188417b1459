"""The loop: in which order trials are told, and how a run ends, also where a plugin raises."""

import logging
import threading
from contextlib import closing

import pytest
import toy

import nasplug
from nasplug import hookimpl
from nasplug.errors import ConfigurationError
from nasplug.storage.storage import Storage


class Stumbles:
    """Raises when it hears of the end; `ends` is what it raises at the first trial, if anything."""

    def __init__(self, ends=None):
        self.ends = ends

    @hookimpl
    def on_trial(self):
        if self.ends:
            raise self.ends

    @hookimpl
    def on_stop(self, reason):
        raise ValueError(f"no connection to tell: {reason}")


@pytest.mark.parametrize(
    ("ends", "reason"),
    [(ConfigurationError("no batteries"), "error: no batteries"), (KeyboardInterrupt(), "interrupted")],
)
def test_on_stop_hides_neither_an_error_nor_ctrl_c(ends, reason, caplog):
    with caplog.at_level(logging.WARNING, "nasplug"), pytest.raises(type(ends)) as told:
        nasplug.search(toy.ToySpace(), "toy:Grid", budget=3, middleware=[Stumbles(ends)])
    assert told.value is ends
    assert f"on_stop of Stumbles raised ValueError: no connection to tell: {reason}" in caplog.text


def test_on_stop_that_raises_is_a_warning_and_every_other_plugin_hears(tmp_path, caplog):
    reasons, place = [], {"storage": tmp_path / "runs.db", "name": "run"}

    class Listener:
        @hookimpl
        def on_stop(self, reason):
            reasons.append(reason)

    plugins = [Listener(), Stumbles(), Listener()]
    result = nasplug.search(toy.ToySpace(), "toy:Grid", budget=3, middleware=plugins, **place)
    assert reasons == [result.reason] * 2 == ["the budget of 3 trials is used"] * 2
    assert "on_stop of Stumbles raised ValueError: no connection to tell: the budget of 3 trials is used" in caplog.text
    with closing(Storage(str(place["storage"]))) as storage:
        assert storage.run("run").ended == result.reason


def test_an_error_without_words_in_on_stop_is_told_as_well(caplog):
    class Wordless:
        @hookimpl
        def on_stop(self):
            raise ValueError

    nasplug.search(toy.ToySpace(), "toy:Grid", budget=3, middleware=[Wordless()])
    assert "on_stop of Wordless raised ValueError" in caplog.text


class Refuses:
    """Cannot start."""

    @hookimpl
    def on_start(self):
        raise ConfigurationError("no batteries")


def test_what_has_started_is_stopped_where_another_plugin_cannot_start():
    stopped = []

    class Watch:
        @hookimpl
        def on_stop(self, reason):
            stopped.append(reason)

    with pytest.raises(ConfigurationError, match="no batteries"):
        nasplug.search(toy.ToySpace(), "toy:Grid", budget=3, middleware=[Refuses(), Watch()])
    assert stopped == ["error: no batteries"]


class Reversed(toy.ToySpace):
    """Three evaluations run side by side; of each three, the last to start finishes first."""

    def __init__(self):
        super().__init__()
        self.finished = [threading.Event() for _ in range(64)]

    @hookimpl
    def evaluate(self, architecture, purpose, epochs, seed):
        number = sum(4**place * value for place, value in enumerate(reversed(architecture.code)))
        if purpose == "search" and number % 3 < 2:
            assert self.finished[number + 1].wait(60)
        answer = super().evaluate(architecture, purpose, epochs, seed)
        self.finished[number].set()
        return answer


class Order:
    """Notes the numbers of trials in the order of telling."""

    def __init__(self):
        self.numbers = []

    @hookimpl
    def on_trial(self, trial):
        self.numbers.append(trial.number)


def test_trials_of_a_batch_are_told_in_the_order_of_their_numbers():
    order = Order()
    nasplug.search(Reversed(), "toy:Grid", budget=3, batch=3, workers=3, observers=[order])
    assert order.numbers == [0, 1, 2, 3]


def test_trials_of_an_asynchronous_search_are_told_as_they_finish_also_after_a_resume(tmp_path):
    def told(**more):
        order = Order()
        run = {"storage": tmp_path / "runs.db", "name": "run", "budget": 3, "workers": 3, "asynchronous": True}
        nasplug.search(Reversed(), "toy:Grid", observers=[order], **run, **more)
        return order.numbers

    assert told() == [2, 1, 0, 3]
    assert told(resume=True) == [2, 1, 0, 3]


def test_the_reason_for_the_end_is_told_once():
    reasons = []

    class Listener:
        @hookimpl
        def on_stop(self, reason):
            reasons.append(reason)

    nasplug.search(toy.ToySpace(), "toy:Speechless", budget=3, observers=[Listener()])
    assert reasons == ["the strategy has nothing more to suggest"]
