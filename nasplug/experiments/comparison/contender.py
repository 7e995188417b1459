"""The strategies of a comparison with their options, written as in `neural_predictor:kind=mlp`."""

from collections.abc import Iterable, Sequence

import attrs

from nasplug.errors import UsageError
from nasplug.loading.options import parse_plugin


@attrs.frozen
class Contender:
    """A strategy and its options; `text` is what the user wrote, and names the contender in every table."""

    text: str
    strategy: str
    options: dict[str, str]


def parse_contenders(texts: Iterable[str]) -> list[Contender]:
    """Returns the contenders of texts `NAME[:key=value,…]`. Raises `UsageError` for another text, or a text again."""
    contenders: dict[str, Contender] = {}
    for text in texts:
        if text in contenders:
            raise UsageError(f"The strategy {text!r} is given twice: curves need different names.")
        contenders[text] = Contender(text, *parse_plugin(text))
    return list(contenders.values())


def labels(contenders: Sequence[Contender]) -> dict[str, str]:
    """Returns a short label for each contender's text: its strategy, and the options in which others differ from it."""
    short = {}
    for contender in contenders:
        same_strategy = [other.options for other in contenders if other.strategy == contender.strategy]
        differing = [
            f"{key}={value}"
            for key, value in contender.options.items()
            if any(options.get(key) != value for options in same_strategy)
        ]
        short[contender.text] = " ".join([contender.strategy, *differing])
    return short if len(set(short.values())) == len(short) else {c.text: c.text for c in contenders}
