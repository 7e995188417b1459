"""The Neural Predictor as a reusable package: `NeuralPredictor(preset="paper").fit(batch, accuracy).predict(batch)`.

torch is imported when a public name is first used.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from nasplug_strategies.predictor.predictor import NeuralPredictor as NeuralPredictor

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"predictor": ["NeuralPredictor"]})
