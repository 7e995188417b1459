"""What the accuracy that is reported of an incumbent means: of test images, or predicted."""

from collections.abc import Iterable

PREDICTED = "surrogate"  # in a source: its final accuracy is a prediction, and not that of test images


def reported_name(sources: Iterable[str]) -> str:
    """Returns how a figure or table names the accuracies of `final` evaluations that come from `sources`."""
    predicted = [source for source in sources if PREDICTED in source]
    return f"predicted validation accuracy ({predicted[0]})" if predicted else "test accuracy"
