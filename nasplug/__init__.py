"""nasplug: any search strategy on any search space of neural architectures, as plugins.

The public names are here; nothing heavy is imported before one of them is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pluggy

__version__ = "0.1.0"
hookimpl = pluggy.HookimplMarker("nasplug")

_HOME = {
    "Architecture": "nasplug.types",
    "Evaluation": "nasplug.types",
    "Trial": "nasplug.types",
    "option": "nasplug.loading.options",
    "space": "nasplug.loading.manager",
    "search": "nasplug.engine.search",
}
__all__ = ["Architecture", "Evaluation", "Trial", "hookimpl", "option", "search", "space"]

if TYPE_CHECKING:
    from nasplug.engine.search import search as search
    from nasplug.loading.manager import space as space
    from nasplug.loading.options import option as option
    from nasplug.types import Architecture as Architecture
    from nasplug.types import Evaluation as Evaluation
    from nasplug.types import Trial as Trial


def __getattr__(name: str) -> Any:
    """Returns a public name, imported at its first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'nasplug' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value
