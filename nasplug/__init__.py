"""nasplug: any search strategy on any search space of neural architectures, as plugins.

The public names are here. Each is imported when it is first used, so that `import nasplug` stays light.
"""

from typing import TYPE_CHECKING

import lazy_loader

__version__ = "0.1.0"

if TYPE_CHECKING:
    from nasplug.engine.search import search as search
    from nasplug.errors import *  # noqa: F403 - type checkers take all of them as names of this module
    from nasplug.hookspecs import hookimpl as hookimpl
    from nasplug.loading.manager import space as space
    from nasplug.loading.options import option as option
    from nasplug.types import Architecture as Architecture
    from nasplug.types import Evaluation as Evaluation
    from nasplug.types import Job as Job
    from nasplug.types import Published as Published
    from nasplug.types import Purpose as Purpose
    from nasplug.types import Run as Run
    from nasplug.types import Trial as Trial

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "nasplug",
    submod_attrs={
        "engine.search": ["search"],
        "errors": [
            "ConfigurationError",
            "DiscoveryError",
            "InvalidArchitecture",
            "NameTaken",
            "NasplugError",
            "NothingStored",
            "OptionError",
            "PluginError",
            "SpaceExhausted",
            "StorageError",
            "Unsupported",
            "UsageError",
        ],
        "hookspecs": ["hookimpl"],
        "loading.manager": ["space"],
        "loading.options": ["option"],
        "types": ["Architecture", "Evaluation", "Job", "Published", "Purpose", "Run", "Trial"],
    },
)
