"""Asking a space: an answer of the right type, or a fault that one law answers for."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

import numpy as np

from nasplug.errors import Unsupported
from nasplug.testing.contract import PluginConformance
from nasplug.testing.laws import Fault, NotApplicable
from nasplug.types import Architecture, Evaluation

NO_DEVICES: tuple[str, ...] = ()


class SpaceLaws(PluginConformance):
    """What the laws of a space share. `space` is a name, a class or an instance; `options` are the space's.

    `devices` are those whose latency the space tells; `epochs` and `evaluations` (architectures that are really
    evaluated) keep spaces that train affordable; a space with more than `enumerated` architectures is not listed.
    """

    kind: ClassVar = "space"
    space: ClassVar[Any]
    devices: ClassVar[Sequence[str]] = NO_DEVICES
    epochs: ClassVar[int | None] = None
    evaluations: ClassVar[int] = 2
    enumerated: ClassVar[int] = 100_000
    samples: ClassVar[int] = 100

    @cached_property
    def _drawn(self) -> list[Architecture]:
        return []

    @cached_property
    def _mutants(self) -> list[Architecture]:
        return []

    @cached_property
    def hook(self) -> Any:
        """The hooks of a fresh instance."""
        return self.build(self.fresh(), name=self.name)

    @property
    def name(self) -> str:
        """The entry-point name under which the space was given, or an empty string."""
        return self.space if isinstance(self.space, str) and ":" not in self.space else ""

    def ask(self, hook: str, asked: Any = None, **arguments: Any) -> Any:
        """Returns the answer of a hook; whatever it raises is a fault of that hook."""
        try:
            return getattr(asked or self.hook, hook)(**arguments)
        except Fault:
            raise
        except Exception as error:  # a law answers for whatever a foreign hook raises
            raise Fault(hook, f"{_told(arguments)} raised {type(error).__name__}: {error}") from error

    def sample(self, rng: np.random.Generator, asked: Any = None) -> Architecture:
        """Returns a sample, whose type is right."""
        return self._architecture("sample", asked, rng=rng)

    def mutate(self, parent: Architecture, rng: np.random.Generator, asked: Any = None) -> Architecture:
        """Returns a mutant, whose type is right."""
        return self._architecture("mutate", asked, architecture=parent, rng=rng)

    def drawn(self, count: int | None = None) -> list[Architecture]:
        """Returns samples, the same ones throughout a law; enough to meet what is not too rare."""
        rng, wanted = np.random.default_rng(len(self._drawn)), count or self.samples
        self._drawn += [self.sample(rng) for _ in range(wanted - len(self._drawn))]
        return self._drawn[:wanted]

    def mutants(self, count: int | None = None) -> list[Architecture]:
        """Returns one mutant of every sample, the same ones throughout a law."""
        rng, parents = np.random.default_rng(len(self._mutants)), self.drawn(count)
        self._mutants += [self.mutate(parent, rng) for parent in parents[len(self._mutants) :]]
        return self._mutants[: len(parents)]

    def needs(self, hook: str) -> None:
        """Ends the law as not applicable where the space does not implement the hook."""
        if hook not in self.implemented():
            raise NotApplicable(f"the space does not implement {hook}")

    def canonical(self, architecture: Architecture, asked: Any = None) -> str:
        """Returns the canonical form; anything but a text is a fault."""
        found = self.ask("canonical", asked, architecture=architecture)
        if not isinstance(found, str):
            raise Fault("canonical", f"{architecture} gave {found!r}, which is no text")
        return found

    def evaluate(self, architecture: Architecture, purpose: str, seed: int = 0, asked: Any = None) -> Evaluation:
        """Returns an evaluation; anything else is a fault."""
        asking = {"architecture": architecture, "purpose": purpose, "epochs": self.epochs, "seed": seed}
        found = self.ask("evaluate", asked, **asking)
        if not isinstance(found, Evaluation):
            raise Fault("evaluate", f"{architecture} gave {found!r}, which is no nasplug.Evaluation")
        return found

    def latency(self, architecture: Architecture, device: str) -> float | None:
        """Returns the latency, None where the device is unknown; anything but a number is a fault."""
        try:
            found: object = self.hook.measure_latency(architecture=architecture, device=device)
        except Unsupported:  # the core's own answer where no plugin has one
            return None
        except Exception as error:
            raise Fault("measure_latency", f"{architecture} on {device!r} raised {error!r}") from error
        if found is None or isinstance(found, float | int):
            return found
        raise Fault("measure_latency", f"{architecture} on {device!r} gave {found!r}, which is no number")

    def everything(self) -> list[Architecture]:
        """Returns the enumerated space. Not applicable where it is not enumerated, or too large."""
        self.needs("enumerate_space")
        if (found := self.listed(self.enumerated + 1)) is None:
            raise NotApplicable("the space says that it is too large")
        if len(found) > self.enumerated:
            raise NotApplicable(
                f"the space has more than {self.enumerated:,} architectures (class attribute: enumerated)"
            )
        return found

    def listed(self, count: int, asked: Any = None) -> list[Architecture] | None:
        """Returns the first `count` of the enumerated space, None where it says that it is too large."""
        iterator: Iterator[Architecture] | None = self.ask("enumerate_space", asked)
        try:
            return None if iterator is None else list(islice(iterator, count))
        except Exception as error:  # a generator raises here, not where it is asked for
            raise Fault("enumerate_space", f"going through it raised {type(error).__name__}: {error}") from error

    def _architecture(self, hook: str, asked: Any, **arguments: Any) -> Architecture:
        found = self.ask(hook, asked, **arguments)
        if not isinstance(found, Architecture):
            raise Fault(hook, f"it returned {found!r}, which is no nasplug.Architecture")
        return found


def _told(arguments: dict[str, Any]) -> str:
    told = [str(value) for name, value in arguments.items() if name in ("architecture", "device", "purpose")]
    return "asked for " + ", ".join(told) if told else "it"
