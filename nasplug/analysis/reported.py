"""What the accuracy that is reported of an incumbent means: of test images, or predicted."""

from collections.abc import Iterable

PREDICTED = ("surrogate",)  # sources whose final accuracy is a prediction, and not that of test images


def reported_name(sources: Iterable[str]) -> str:
    """Returns how a figure or table names the accuracies of `final` evaluations that come from `sources`."""
    predicted = [source for source in sources if source in PREDICTED]
    return f"predicted accuracy ({predicted[0]})" if predicted else "test accuracy"
