"""One TensorFlow image trainer for every space (needs the extra `nasplug[train]`).

`train` runs a recipe on a task with whatever network a space builds. TensorFlow is imported at the first use of a name.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOME = {
    "Recipe": "nasplug.training.recipe",
    "Task": "nasplug.training.tasks.embedded",
    "configure": "nasplug.training.backend",
    "load_task": "nasplug.training.tasks.embedded",
    "mean_of_repeats": "nasplug.training.repeats",
    "train": "nasplug.training.loop",
}
__all__ = ["Recipe", "Task", "configure", "load_task", "mean_of_repeats", "train"]

if TYPE_CHECKING:
    from nasplug.training.backend import configure as configure
    from nasplug.training.loop import train as train
    from nasplug.training.recipe import Recipe as Recipe
    from nasplug.training.repeats import mean_of_repeats as mean_of_repeats
    from nasplug.training.tasks.embedded import Task as Task
    from nasplug.training.tasks.embedded import load_task as load_task


def __getattr__(name: str) -> Any:
    """Returns a public name, imported at its first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'nasplug.training' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value
