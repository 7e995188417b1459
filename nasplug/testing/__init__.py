"""The conformance kit: what every space, strategy and middleware must do, one law a test.

In the tests of a plugin, for pytest:

    from nasplug.testing import SpaceConformance

    class TestMySpace(SpaceConformance):
        space = "my_space"  # a name, a class, or an instance

`nasplug check space my_space` runs the same laws without a test.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOME = {
    "SpaceConformance": "nasplug.testing.space",
    "StrategyConformance": "nasplug.testing.strategy",
    "MiddlewareConformance": "nasplug.testing.middleware",
    "Toy": "nasplug.testing.toy",
    "check": "nasplug.testing.laws",
}
__all__ = ["MiddlewareConformance", "SpaceConformance", "StrategyConformance", "Toy", "check"]

if TYPE_CHECKING:
    from nasplug.testing.laws import check as check
    from nasplug.testing.middleware import MiddlewareConformance as MiddlewareConformance
    from nasplug.testing.space import SpaceConformance as SpaceConformance
    from nasplug.testing.strategy import StrategyConformance as StrategyConformance
    from nasplug.testing.toy import Toy as Toy


def __getattr__(name: str) -> Any:
    """Returns a public name, imported at its first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'nasplug.testing' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
