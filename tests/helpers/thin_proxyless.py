"""The space proxyless with thin networks alone, for tests of runs whose networks are not the point."""

import numpy as np
from nasplug_proxyless.operations import LAYERS, ZERO
from nasplug_proxyless.space import Proxyless

import nasplug


class ThinProxyless(Proxyless):
    """Draws architectures of seven layers: all that can be zero are."""

    name = "thin"

    @nasplug.hookimpl
    def sample(self, rng: np.random.Generator) -> nasplug.Architecture:
        """Returns a random operation for the first layer of each block."""
        code = (int(rng.integers(layer.choices)) if layer.first else ZERO for layer in LAYERS)
        return nasplug.Architecture("proxyless", tuple(code))
