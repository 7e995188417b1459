"""What a worker cannot import by its name goes to it by value."""

import dataclasses
import functools
import pickle
import threading

import attrs
import pytest
import toy

from nasplug.errors import ConfigurationError
from nasplug.executors.by_value import importable, pickled


def travelled(value):
    return pickle.loads(pickled(value))


@functools.cache
def known(number):
    return number + 1


def test_a_definition_is_importable_where_its_name_leads_to_it():
    class Local:
        """Inside a function."""

    main = type("Main", (), {"__module__": "__main__"})
    hidden = type("ToySpace", (), {"__module__": "toy"})
    missing = type("Missing", (), {"__module__": "no.such.module"})
    assert importable(toy.ToySpace)
    assert importable(known)
    assert not any(map(importable, (Local, main, hidden, missing)))


def test_an_importable_cache_is_the_one_that_the_process_has():
    assert travelled(known) is known


def test_a_cached_function_of_a_script_calls_itself():
    @functools.lru_cache(maxsize=3)
    def fibonacci(number):
        return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)

    there = travelled(fibonacci)
    assert there(20) == 6765
    assert there.cache_parameters() == {"maxsize": 3, "typed": False}


def test_a_cached_property_of_a_class_in_a_script():
    class Local:
        calls = 0

        @functools.cached_property
        def table(self):
            """The table."""
            self.calls += 1
            return [1, 2]

    there = travelled(Local())
    assert there.table is there.table
    assert (there.calls, there.table) == (1, [1, 2])


@attrs.define(eq=False)
class Slotted:
    width: int = 1
    _lock: object = attrs.field(default=None, init=False)


@dataclasses.dataclass(slots=True, eq=False, frozen=True)
class SlottedData:
    width: int = 1


@pytest.mark.parametrize("base", [Slotted, SlottedData])
def test_attributes_beside_the_fields_of_a_slotted_class_arrive(base):
    class Below(base):
        def __init__(self, depth):
            super().__init__(width=3)
            self.__dict__["depth"] = depth

    there = travelled(Below(7))
    assert (there.width, there.depth, type(there).__name__) == (3, 7, "Below")
    assert travelled(base(5)).width == 5


def test_a_state_of_its_own_is_respected():
    @attrs.define(eq=False)
    class Careful:
        width: int
        table: object = None

        def __getstate__(self):
            return {"width": self.width, "table": None}

        def __setstate__(self, state):
            self.width, self.table = state["width"], state["table"]

    class Below(Careful):
        """Without slots."""

    space = Below(3, threading.Lock())
    space.more = 1
    assert (travelled(space).width, travelled(space).table) == (3, None)


def test_what_a_foreign_method_raises_is_one_message():
    class Odd:
        def __reduce__(self):
            raise ZeroDivisionError("no way")

    with pytest.raises(ConfigurationError, match="The space 'Odd' cannot be sent to a worker: no way. Make what"):
        pickled(Odd())
