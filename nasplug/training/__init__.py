"""One TensorFlow image trainer for every space (needs the extra `nasplug[train]`).

`train` runs a recipe on a task with whatever network a space builds. TensorFlow is imported at the first use of a name.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from nasplug.training.backend import configure as configure
    from nasplug.training.loop import mean_of_repeats as mean_of_repeats
    from nasplug.training.loop import train as train
    from nasplug.training.recipe import Recipe as Recipe
    from nasplug.training.tasks.registry import load_task as load_task
    from nasplug.training.tasks.task import Task as Task

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "nasplug.training",
    submod_attrs={
        "backend": ["configure"],
        "loop": ["mean_of_repeats", "train"],
        "recipe": ["Recipe"],
        "tasks.registry": ["load_task"],
        "tasks.task": ["Task"],
    },
)
