"""The end of a run: what broke it off is told, also where a plugin raises when it hears of that."""

import logging

import pytest
import toy

import nasplug
from nasplug import hookimpl
from nasplug.errors import ConfigurationError


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
    assert f"on_stop raised ValueError: no connection to tell: {reason}" in caplog.text


def test_on_stop_that_raises_alone_is_the_error():
    with pytest.raises(ValueError, match="no connection to tell: the budget of 3 trials is used"):
        nasplug.search(toy.ToySpace(), "toy:Grid", budget=3, middleware=[Stumbles()])


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
