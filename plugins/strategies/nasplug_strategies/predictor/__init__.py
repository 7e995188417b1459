"""The Neural Predictor as a reusable package: `NeuralPredictor(preset="paper").fit(batch, accuracy).predict(batch)`.

torch is imported when a public name is first used (PEP 562).
"""

from typing import TYPE_CHECKING, Any

__all__ = ["NeuralPredictor"]

if TYPE_CHECKING:
    from nasplug_strategies.predictor.predictor import NeuralPredictor as NeuralPredictor


def __getattr__(name: str) -> Any:
    """Returns `NeuralPredictor`, imported at its first use."""
    if name != "NeuralPredictor":
        raise AttributeError(f"module 'nasplug_strategies.predictor' has no attribute {name!r}")
    from nasplug_strategies.predictor.predictor import NeuralPredictor

    return NeuralPredictor
