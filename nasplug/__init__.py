"""nasplug: any search strategy on any search space of neural architectures, as plugins.

The public names are here. Each is imported when it is first used, so that `import nasplug` stays light.
"""

from typing import TYPE_CHECKING

import lazy_loader

__version__ = "0.1.0"

if TYPE_CHECKING:
    from nasplug.engine.search import search as search
    from nasplug.errors import ConfigurationError as ConfigurationError
    from nasplug.errors import DiscoveryError as DiscoveryError
    from nasplug.errors import InvalidArchitecture as InvalidArchitecture
    from nasplug.errors import NameTaken as NameTaken
    from nasplug.errors import NasplugError as NasplugError
    from nasplug.errors import NothingStored as NothingStored
    from nasplug.errors import OptionError as OptionError
    from nasplug.errors import PluginError as PluginError
    from nasplug.errors import StorageError as StorageError
    from nasplug.errors import Unsupported as Unsupported
    from nasplug.errors import UsageError as UsageError
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
