"""The conformance kit: the laws that every space, strategy and middleware must keep, one law a test.

In the tests of your plugin, for pytest:

    from nasplug.testing import SpaceConformance

    class TestMySpace(SpaceConformance):
        space = "my_space"  # a name, a class, or an instance
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from nasplug.testing.laws import check as check
    from nasplug.testing.middleware import MiddlewareConformance as MiddlewareConformance
    from nasplug.testing.space import SpaceConformance as SpaceConformance
    from nasplug.testing.strategy import StrategyConformance as StrategyConformance
    from nasplug.testing.toy import Toy as Toy

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "nasplug.testing",
    submod_attrs={
        "laws": ["check"],
        "middleware": ["MiddlewareConformance"],
        "space": ["SpaceConformance"],
        "strategy": ["StrategyConformance"],
        "toy": ["Toy"],
    },
)
