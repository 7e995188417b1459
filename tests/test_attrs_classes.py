"""What all our attrs classes have in common, whatever they are for."""

import importlib
import inspect

import attrs
import pytest
from sources import EVERYTHING

PARTS = ("loading", "storage", "engine", "executors", "middleware")
LIGHT = [name for name in EVERYTHING if name.startswith(tuple(f"nasplug.{part}" for part in PARTS))]
STRATEGIES = [name for name in EVERYTHING if name.startswith("nasplug_strategies")]


def own_classes(module):
    """Returns the attrs classes that a module defines."""
    members = vars(importlib.import_module(module)).values()
    return [c for c in members if inspect.isclass(c) and c.__module__ == module and attrs.has(c)]


@pytest.mark.parametrize("module", LIGHT + STRATEGIES)
def test_what_can_change_is_compared_and_hashed_by_identity(module):
    mutable = [kind for kind in own_classes(module) if kind.__setattr__.__name__ != "__frozen_setattrs"]
    assert [kind.__name__ for kind in mutable if kind.__hash__ is None] == []


@pytest.mark.parametrize("module", LIGHT + STRATEGIES)
def test_private_state_is_no_argument(module):
    fields = [(kind.__name__, field) for kind in own_classes(module) for field in attrs.fields(kind)]
    assert [f"{name}.{field.name}" for name, field in fields if field.name.startswith("_") and field.init] == []
