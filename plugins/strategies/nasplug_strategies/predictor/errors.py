"""The error of wrong input to a predictor; light, so that a strategy may catch it without torch."""

from nasplug import UsageError


class PredictorError(UsageError, ValueError):
    """Graphs, labels, features or a file do not fit a predictor."""
