"""The kinds of networks that a predictor can have, one module each.

A new kind is one new file in this folder. Its name is the kind's name, and it assigns a subclass of
`nasplug_strategies.predictor.network.Network` to `NETWORK`.
"""

import pkgutil


def kinds() -> list[str]:
    """Returns the names of all kinds, sorted. Imports none of them: they need torch."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))
