"""Spaces, strategies and middleware that raise in one hook each: `Space_sample`, `Middleware_on_trial`, …"""

from nasplug import hookimpl
from nasplug.hookspecs import HookSpecs
from nasplug.testing import Toy
from nasplug.testing.toy import HillClimber

SAID = "the foreign plugin broke in"
HOOKS = [name for name in vars(HookSpecs) if not name.startswith("_")]
BASES = {"Space": Toy, "Strategy": HillClimber, "Middleware": object}


def raising(place, base, kind):
    """Returns a class that raises in the hook, or the method, `place`."""

    def broken(self):
        raise RuntimeError(f"{SAID} {place}")

    method = hookimpl(tryfirst=True)(broken) if place in HOOKS else broken
    return type(f"{kind}_{place}", (base,), {place: method})


for _kind, _base in BASES.items():
    for _place in [*HOOKS, "__init__"]:
        globals()[f"{_kind}_{_place}"] = raising(_place, _base, _kind)


class EndsEarly(Toy):
    """Reads a file that was cut off."""

    @hookimpl
    def sample(self):
        raise EOFError("the file ends after 3 of 8 bytes")


def _group():
    return ExceptionGroup("two failed", [ValueError("loss is NaN"), KeyError("rate")])


class InGroups(Toy):
    """Evaluates in tasks that fail together."""

    @hookimpl
    def evaluate(self):
        raise _group()


class GroupingStrategy(HillClimber):
    """Suggests in tasks that fail together."""

    @hookimpl
    def suggest(self):
        raise _group()
