"""Tasks by name: the entry points of the group `nasplug.tasks`, those of nasplug itself among them."""

from collections.abc import Callable
from functools import cache
from inspect import getdoc, signature
from typing import Any

from nasplug.errors import OptionError, PluginError
from nasplug.loading.discovery import load_factory
from nasplug.training.tasks.task import MEMBERS, Task

_load_factory = cache(load_factory)


def task_factory(name: str, **options: Any) -> Callable[..., Task]:
    """Returns the factory of the task `name`, after checking that it takes the options.

    Raises:
        DiscoveryError: the task is unknown or broken
        OptionError: the task needs other options
    """
    factory: Callable[..., Any] = _load_factory("task", name)
    try:
        signature(factory).bind(0, **options)
    except TypeError as error:
        raise OptionError(f"The task {name!r} refuses its options: {error}.") from None
    return factory


def describe_task(name: str) -> str:
    """Returns the first line of the docstring of the task's factory."""
    return (getdoc(task_factory(name)) or name).partition("\n")[0].rstrip(".")


@cache
def load_task(name: str, resolution: int, **options: Any) -> Task:
    """Returns the task of an entry point, or `package.module:factory`; a process loads it once for the same arguments.

    `resolution` is the height and width of images in pixels; the `options` are further arguments of the task's factory.

    Raises:
        ConfigurationError: the data are missing, or cannot have this resolution; and see `task_factory`
    """
    task = task_factory(name, **options)(resolution, **options)
    if lacking := sorted(member for member in MEMBERS if not hasattr(task, member)):
        raise PluginError(
            f"The task {name!r} made a {type(task).__name__} without {', '.join(lacking)}, which nasplug.training.Task "
            "describes."
        )
    return task
