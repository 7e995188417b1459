"""The written training step of each kind of network against autograd, with the paper's settings on NASBench-101 cells.

A written step is kept where it is at least 1.25 × faster. A kind without one is trained by autograd.
"""

import time
from statistics import median
from typing import Any
from unittest.mock import patch

from nasplug_strategies.predictor import NeuralPredictor
from nasplug_strategies.predictor.network import Network, network_class
from nasplug_strategies.predictor.networks import kinds

from benchmarks.predictor_shared import cells, verdict

NAME = "predictor-gradients"
BAR, TURNS, EPOCHS = 1.25, 5, 30


def run() -> dict[str, Any]:
    """Returns the least ratio of seconds a fit, autograd ÷ written, over the kinds that have a written step."""
    ratios, details = {}, []
    for kind in kinds():
        written = network_class(kind).training_step is not Network.training_step
        turns = [(_seconds(kind), _seconds(kind, autograd=True) if written else None) for _ in range(TURNS + 1)][1:]
        own = median(seconds for seconds, _ in turns)
        if written:
            ratios[kind] = median(seconds / own for own, seconds in turns if seconds is not None)
            details.append(f"{kind}: {own:.2f} s a fit written, {own * ratios[kind]:.2f} s by autograd")
        else:
            details.append(f"{kind}: {own:.2f} s a fit by autograd")
    figure = min(ratios.values())
    shown = ", ".join(f"{kind} {ratio:.2f}" for kind, ratio in ratios.items())
    detail = f"{shown}; {'; '.join(details)}; 172 cells, {EPOCHS} epochs, one thread"
    return verdict(figure, "× faster", f"≥ {BAR} for each kind", figure >= BAR, detail)


def _seconds(kind: str, autograd: bool = False) -> float:
    graphs, y = cells()
    predictor = NeuralPredictor("paper", kind, stages=1, epochs=EPOCHS)
    cls = network_class(kind)
    step = Network.training_step if autograd else cls.training_step
    with patch.object(cls, "training_step", step):
        start = time.perf_counter()
        predictor.fit(graphs[:172], y[:172])
        return time.perf_counter() - start
