"""Spaces of plain classes, whose instances have arguments and fail in ways that do not travel from a worker."""

import sys
import threading

import attrs
import toy

from nasplug import Architecture, ConfigurationError, Evaluation, hookimpl, option


class TwoArguments(Exception):
    """Unpickling it calls it with the one argument that it has passed on, which is one too few."""

    def __init__(self, layer, step):
        super().__init__(f"layer {layer} at step {step}")


class NoBatteries(ConfigurationError):
    """An error of this module that ends a run."""


def with_lock():
    error = ValueError("an attribute cannot be pickled")
    error.lock = threading.Lock()
    return error


class Unspeakable(Exception):
    """Has no text."""

    def __str__(self):
        raise RuntimeError("no text")


ERRORS = {
    "two arguments": lambda: TwoArguments(3, 7),
    "lock": with_lock,
    "group": lambda: ExceptionGroup("of two", [TwoArguments(3, 7), ValueError(1)]),
    "exit": lambda: SystemExit("the trainer gave up"),
    "interrupt": lambda: KeyboardInterrupt("pressed"),
    "key": lambda: KeyError("learning_rate"),
    "unspeakable": Unspeakable,
    "batteries": lambda: NoBatteries("none in sight"),
}
SAID = {  # the errors of failed trials
    "two arguments": "TwoArguments: layer 3 at step 7",
    "lock": "ValueError: an attribute cannot be pickled",
    "group": "ExceptionGroup: of two [TwoArguments: layer 3 at step 7; ValueError: 1]",
    "exit": "SystemExit: the trainer gave up",
    "interrupt": "KeyboardInterrupt: pressed",
    "key": "KeyError: 'learning_rate'",
}


class Plain:
    """Three layers of the toy. Every accuracy is `value`; the code `fails` raises what `error` names."""

    def __init__(self, value=30.0, fails=(0, 0, 1), error=None):
        self.value, self.fails, self.error = value, fails, error
        self.calls = 0

    @hookimpl
    def sample(self, rng):
        return toy.architecture(*rng.integers(toy.OPERATIONS, size=toy.LAYERS).tolist())

    @hookimpl
    def mutate(self, architecture, rng):
        return Architecture("toy", ((architecture.code[0] + 1) % toy.OPERATIONS, *architecture.code[1:]))

    @hookimpl
    def evaluate(self, architecture):
        self.calls += 1
        if self.error and architecture.code == tuple(self.fails):
            if self.error == "answer":
                return Evaluation(self.value, 1.0, source=threading.Lock())
            raise ERRORS[self.error]()
        return Evaluation(self.value, 1.0, {"sys.argv": float(len(sys.argv))})


@attrs.define(eq=False)
class Structured(Plain):
    """Options that are a list, a tuple and a dict; the accuracy says whether they arrived as they were."""

    sizes: list[int] = option([1], "a list")
    names: tuple[str, ...] = option(("a",), "a tuple")
    rates: dict[int, float] = option({1: 0.5}, "a dict")

    @hookimpl
    def evaluate(self):
        arrived = (self.sizes, self.names, self.rates) == ([3, 4], ("b", "c"), {2: 0.25})
        return Evaluation(90.0 if arrived else 10.0, 1.0)


STRUCTURED = {"sizes": [3, 4], "names": ("b", "c"), "rates": {2: 0.25}}


@attrs.define(eq=False)
class InMinutes(Plain):
    """An option whose converter must not be applied twice."""

    minutes: float = option(1.0, "minutes", converter=lambda minutes: 60.0 * minutes)

    @hookimpl
    def evaluate(self):
        return Evaluation(self.minutes / 60.0, 1.0)


class Raising:
    """A strategy whose error does not unpickle."""

    @hookimpl
    def suggest(self):
        raise TwoArguments(3, 7)
