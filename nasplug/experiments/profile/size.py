"""How many architectures a space has: counted where the space allows it, otherwise estimated from samples."""

import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import TYPE_CHECKING, Literal

import attrs

from nasplug.engine.space_facts import choices_of
from nasplug.experiments.profile.samples import Samples
from nasplug.types import Architecture

if TYPE_CHECKING:
    import pluggy

SMALL = 100_000  # codes, up to which a product of choices is gone through
SECONDS = 3.0  # after which counting ends
DOUBT = 0.05  # probability that no two samples are equal although there are fewer networks than is said


@attrs.frozen
class Count:
    """How many there are, how sure that is, and why; `value` is None where it is not known."""

    value: int | None
    kind: Literal["exact", "estimate", "at_least", "unknown"]
    reason: str


def count_codes(hook: "pluggy.HookRelay") -> Count:
    """Returns how many codes a space has: the product of its choices."""
    choices = choices_of(hook)
    if choices is None:
        return Count(None, "unknown", "the space does not say what its codes are made of")
    return Count(math.prod(choices), "exact", "the product of the choices")


def count_networks(hook: "pluggy.HookRelay", samples: Samples) -> Count:
    """Returns how many networks a space has: by going through it, otherwise by how often samples are equal."""
    whole = all_networks(hook, samples.architectures[0].space)
    return _estimated(samples) if whole is None else _counted(whole)


def all_networks(hook: "pluggy.HookRelay", space: str) -> Iterator[Architecture] | None:
    """Returns an iterator over one architecture of each network, None where a space is too large for that."""
    enumeration: Iterator[Architecture] | None = hook.enumerate_space()
    choices = choices_of(hook)
    if enumeration is not None or choices is None or math.prod(choices) > SMALL:
        return enumeration
    return _distinct(hook, (Architecture(space, code) for code in product(*map(range, choices))))


def _distinct(hook: "pluggy.HookRelay", architectures: Iterable[Architecture]) -> Iterator[Architecture]:
    forms: set[str] = set()
    for architecture in architectures:
        if (form := hook.canonical(architecture=architecture)) not in forms:
            forms.add(form)
            yield architecture


def _counted(architectures: Iterator[Architecture]) -> Count:
    started, count = time.monotonic(), 0
    while more := sum(1 for _ in islice(architectures, 10_000)):
        count += more
        if time.monotonic() - started > SECONDS:
            return Count(count, "at_least", f"counted for {SECONDS:g} s")
    return Count(count, "exact", "counted one by one")


def _estimated(samples: Samples) -> Count:
    """Returns the number of networks of which as many pairs of samples would be equal, if all are equally likely.

    If they are not, there are more. Where no two samples are equal, all of n samples from m networks differ with the
    probability exp(−n (n − 1) / 2m) or less, which gives the smallest m that is not in doubt.
    """
    pairs = math.comb(len(samples), 2)
    equal = sum(math.comb(count, 2) for count in Counter(samples.forms).values())
    if equal:
        return Count(round(pairs / equal), "estimate", f"{equal:,} of {pairs:,} pairs of samples are equal networks")
    least = int(pairs / -math.log(DOUBT))
    return Count(max(least, len(samples)), "at_least", f"no two of {len(samples):,} samples are equal networks")
