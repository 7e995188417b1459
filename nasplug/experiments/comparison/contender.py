"""One strategy of a comparison, with its options, as `neural_predictor:kind=mlp` writes it."""

from collections.abc import Iterable, Sequence

import attrs

from nasplug.errors import UsageError
from nasplug.loading.options import parse_plugin


@attrs.frozen
class Contender:
    """A strategy and the options given to it; `text` is how the user wrote it, and its name in every table."""

    text: str
    strategy: str
    options: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> "Contender":
        """Returns the contender that `NAME[:key=value,…]` writes. Raises `UsageError` for anything else."""
        return cls(text, *parse_plugin(text))


def parse_contenders(texts: Iterable[str]) -> list[Contender]:
    """Returns the contenders in their order. Raises `UsageError` where one is given twice."""
    found: list[Contender] = []
    for contender in map(Contender.parse, texts):
        if contender.text in {other.text for other in found}:
            raise UsageError(f"The strategy {contender.text!r} is given twice: curves need different names.")
        found.append(contender)
    return found


def labels(contenders: Sequence[Contender]) -> dict[str, str]:
    """Returns a short name for each contender's text: the strategy, and those options in which its like differ."""
    short = {}
    for contender in contenders:
        like = [other.options for other in contenders if other.strategy == contender.strategy]
        telling = [
            f"{key}={value}"
            for key, value in contender.options.items()
            if any(options.get(key) != value for options in like)
        ]
        short[contender.text] = " ".join([contender.strategy, *telling])
    return short if len(set(short.values())) == len(short) else {c.text: c.text for c in contenders}
