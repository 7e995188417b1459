"""The global random generators, which plugins must leave alone: searches would depend on what ran before."""

import random
import sys

import numpy as np


def generator_states() -> dict[str, object]:
    """Returns the states of the global generators of Python, numpy and, where it is imported, torch."""
    name, keys, *rest = np.random.get_state(legacy=True)
    states: dict[str, object] = {
        "random": random.getstate(),
        "numpy.random": (name, np.asarray(keys).tobytes(), *rest),
    }
    if "torch" in sys.modules:
        states["torch.random"] = sys.modules["torch"].get_rng_state().numpy().tobytes()
    return states


def stir() -> None:
    """Draws once from each global generator."""
    random.random()
    np.random.random_sample()
    if "torch" in sys.modules:
        sys.modules["torch"].rand(1)
