"""One TensorFlow image trainer for every space (needs the extra `nasplug[train]`).

`train` runs a recipe on a task with whatever network a space builds. Plugins import the names below, and no module of
this package. Each name is imported when it is first used; those that need TensorFlow import it then.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from nasplug.training import litert as litert
    from nasplug.training.backend import configure as configure
    from nasplug.training.backend import tf as tf
    from nasplug.training.distribution import Placement as Placement
    from nasplug.training.distribution import place as place
    from nasplug.training.export import export_network as export_network
    from nasplug.training.files import TrainingFiles as TrainingFiles
    from nasplug.training.layers import BatchNorm as BatchNorm
    from nasplug.training.layers import Convolution as Convolution
    from nasplug.training.layers import Dense as Dense
    from nasplug.training.layers import Depthwise as Depthwise
    from nasplug.training.layers import Dropout as Dropout
    from nasplug.training.loop import Trained as Trained
    from nasplug.training.loop import Training as Training
    from nasplug.training.loop import mean_of_repeats as mean_of_repeats
    from nasplug.training.loop import train as train
    from nasplug.training.recipe import Recipe as Recipe
    from nasplug.training.tasks.registry import describe_task as describe_task
    from nasplug.training.tasks.registry import load_task as load_task
    from nasplug.training.tasks.registry import task_factory as task_factory
    from nasplug.training.tasks.task import Task as Task
    from nasplug.training.tasks.wrappers import Augmented as Augmented
    from nasplug.training.tasks.wrappers import TaskWrapper as TaskWrapper

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "nasplug.training",
    submodules=["litert"],
    submod_attrs={
        "backend": ["configure", "tf"],
        "distribution": ["Placement", "place"],
        "export": ["export_network"],
        "files": ["TrainingFiles"],
        "layers": ["BatchNorm", "Convolution", "Dense", "Depthwise", "Dropout"],
        "loop": ["Trained", "Training", "mean_of_repeats", "train"],
        "recipe": ["Recipe"],
        "tasks.registry": ["describe_task", "load_task", "task_factory"],
        "tasks.task": ["Task"],
        "tasks.wrappers": ["Augmented", "TaskWrapper"],
    },
)
