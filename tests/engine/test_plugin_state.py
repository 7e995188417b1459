"""What an instance of a plain class was made with is stored with its run, and compared when the run is resumed."""

import json
import threading
from decimal import Decimal
from pathlib import Path

import attrs
import numpy as np
import plain_space
import pytest
import toy

import nasplug
from nasplug import hookimpl
from nasplug.engine.plugin_state import LONGEST, as_json, constructor_arguments
from nasplug.engine.settings import plugin_options
from nasplug.loading import manager


class Holder:
    def __init__(self, width, depth=2):
        self.width, self._depth = width, depth
        self.calls, self.lock = 0, threading.Lock()


class Hiding:
    def __init__(self, config):
        self.layers, self.cache = config["layers"], {}


class Slots:
    __slots__ = ("width",)

    def __init__(self, width):
        self.width = width


class Bare:
    def __init__(self):
        self.population = []


class Below(toy.ToySpace):
    def __init__(self, extra):
        super().__init__(value=3.0)
        self.extra = extra


@pytest.mark.parametrize(
    ("plugin", "arguments"),
    [
        (Holder(3), {"width": 3, "_depth": 2}),
        (Hiding({"layers": [1, 2]}), {"layers": [1, 2], "cache": {}}),  # the argument has no attribute: all of them
        (Slots((1, 2)), {"width": [1, 2]}),
        (Bare(), {}),
        (object(), {}),
        (toy.ToySpace(value=3.0), {}),
        (Below(Path("a/b")), {"extra": "a/b"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_arguments_of_a_plain_class_are_the_attributes_that_hold_them(plugin, arguments):
    assert constructor_arguments(plugin) == arguments


def test_they_are_beside_the_options_of_a_class_that_has_both():
    values = plugin_options(Below("more"))
    assert (values["value"], values["extra"]) == (3.0, "more")
    assert plugin_options(toy.ToySpace()).keys() == {field.name for field in attrs.fields(toy.ToySpace)}


def built():
    """A function that is an argument."""


class Odd:
    def __str__(self):
        raise RuntimeError("no text")


ARRAY = np.arange(10_000.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({1: (Path("a"), None, True)}, {"1": ["a", None, True]}),
        ({"b", "a"}, ["a", "b"]),
        (float("nan"), "nan"),
        (np.float32(0.5), "0.5"),
        (np.int64(3), "3"),
        (Decimal("0.1"), "0.1"),
        (object(), "object"),
        (threading.Lock(), "lock"),
        (Odd(), "Odd"),
        ([Odd], [f"<class '{__name__}.Odd'>"]),
        (built, "built"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_json_does_not_have_is_a_text_that_does_not_change(value, text):
    assert as_json(value) == text
    json.dumps(as_json(value))


def test_what_is_long_is_stored_as_a_digest_that_tells_it_from_another():
    table = {str(number): float(number) for number in range(LONGEST)}
    one, again, other = (constructor_arguments(Holder(value)) for value in (table, dict(table), table | {"7": 0.0}))
    assert one == again != other
    assert one["width"].startswith("dict ")
    assert len(one["width"]) < 30
    assert as_json(ARRAY) == as_json(ARRAY.copy()) != as_json(np.where(ARRAY == 5000, 0, ARRAY))
    assert as_json(ARRAY).startswith("ndarray ")


def search(tmp_path, space, strategy="toy:Grid", **settings):
    place = {"storage": tmp_path / "runs.db", "name": "run", "budget": 3}
    return nasplug.search(space, strategy, **place | settings)


def test_a_resume_with_an_instance_of_other_arguments_is_refused(tmp_path):
    search(tmp_path, plain_space.Plain(50.0))
    with pytest.raises(nasplug.StorageError, match=r'space_options was {.*"value": 50.0.*}, now {.*"value": 60.0'):
        search(tmp_path, plain_space.Plain(60.0), resume=True)


@pytest.mark.parametrize("settings", [{}, {"timeout": 60.0}])
def test_what_a_space_changes_in_itself_later_hinders_no_resume(tmp_path, settings):
    used = plain_space.Plain(50.0)
    whole = search(tmp_path, used)
    assert used.calls == 4
    assert search(tmp_path, used, resume=True).trials == whole.trials
    assert search(tmp_path, plain_space.Plain(50.0), resume=True, **settings).trials == whole.trials


class Stepping:
    def __init__(self, step):
        self.step, self.suggested = step, []

    @hookimpl
    def suggest(self, run, count):
        self.suggested.append(count)
        return [toy.architecture(0, 0, (run.next_number + n) * self.step % 4) for n in range(count)]


def test_the_same_holds_for_an_instance_of_a_strategy(tmp_path):
    used = Stepping(1)
    whole = search(tmp_path, toy.ToySpace(), used)
    assert search(tmp_path, toy.ToySpace(), used, resume=True).trials == whole.trials
    with pytest.raises(nasplug.StorageError, match='strategy_options was {"step": 1}, now {"step": 3}'):
        search(tmp_path, toy.ToySpace(), Stepping(3), resume=True)


def test_of_a_plain_class_that_is_named_nothing_is_stored_from_which_it_could_not_be_made_again(tmp_path):
    assert plugin_options(manager.make("space", "plain_space:Plain", {})) != {}
    for space in ("plain_space:Plain", plain_space.Plain):
        storage = nasplug.search(space, "toy:Grid", budget=1, storage=tmp_path / "runs.db").storage
    from nasplug.storage.storage import Storage

    stored = Storage(storage)
    assert [run.settings["space_options"] for run in stored.all_runs()] == [{}, {}]
    stored.close()
