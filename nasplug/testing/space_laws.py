"""What the laws of a space share: they call its hooks, and check the types of the answers."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache, cached_property
from itertools import islice
from typing import Any, ClassVar, cast
from weakref import finalize

import numpy as np

from nasplug.engine.folders import Folders
from nasplug.errors import Unsupported
from nasplug.testing.contract import PluginConformance
from nasplug.testing.laws import Fault, NotApplicable, report_errors
from nasplug.types import ACCURACY, Architecture, Evaluation, Job, Objective, Purpose


class SpaceLaws(PluginConformance):
    """Calls the hooks of one instance of the space. `SpaceConformance` explains the class attributes."""

    kind: ClassVar = "space"
    space: ClassVar[Any]
    devices: ClassVar[Sequence[str]] = ()
    epochs: ClassVar[int | None] = None
    evaluations: ClassVar[int] = 2
    enumerated: ClassVar[int] = 100_000
    samples: ClassVar[int] = 100
    _jobs = 0

    @cached_property
    def _folders(self) -> Folders:
        folders = Folders.temporary()
        finalize(self, folders.remove_all)
        return folders

    @cached_property
    def hook(self) -> Any:
        """The hooks of the instance, made at first use."""
        return self.build(self.new_plugin(), name=self.name)

    @property
    def name(self) -> str:
        """The entry-point name under which the test names the space, else an empty string."""
        return self.space if isinstance(self.space, str) and ":" not in self.space else ""

    def requires(self, hook: str) -> None:
        """Ends the law as not applicable unless the space implements the hook."""
        if hook not in self.implemented():
            raise NotApplicable(f"the space does not implement {hook}")

    def call(self, hook: str, expected: type = object, **arguments: Any) -> Any:
        """Returns the answer of a hook. An exception, or an answer of another type, is a fault of that hook."""
        shown = [str(value) for name, value in arguments.items() if name in ("architecture", "device", "purpose")]
        action = f"{hook}({', '.join(shown)})"
        with report_errors(hook, action):
            answer = getattr(self.hook, hook)(**arguments)
        if not isinstance(answer, expected):
            raise Fault(hook, f"{action} returned {answer!r}, which is not of the type {expected.__name__}")
        return answer

    def sample(self, rng: np.random.Generator) -> Architecture:
        """Returns a sample."""
        return cast(Architecture, self.call("sample", Architecture, rng=rng))

    def mutate(self, parent: Architecture, rng: np.random.Generator) -> Architecture:
        """Returns a mutant of `parent`."""
        return cast(Architecture, self.call("mutate", Architecture, architecture=parent, rng=rng))

    def canonical(self, architecture: Architecture) -> str:
        """Returns the canonical form."""
        return cast(str, self.call("canonical", str, architecture=architecture))

    def evaluate(self, architecture: Architecture, purpose: Purpose, seed: int = 0) -> Evaluation:
        """Returns an evaluation, a training of `epochs` epochs."""
        return self.evaluate_job(self.job(architecture, purpose, seed, self.epochs))

    def job(
        self,
        architecture: Architecture,
        purpose: Purpose,
        seed: int = 0,
        epochs: int | None = None,
        continues: int | None = None,
    ) -> Job:
        """Returns the next job, whose folder is beside those of the jobs before it."""
        self._jobs += 1
        number, form = self._jobs, self.canonical(architecture)
        folder = self._folders.path(number)
        return Job(number, f"laws/{number}", architecture, form, seed, purpose, epochs, continues, folder)

    def evaluate_job(self, job: Job) -> Evaluation:
        """Returns the evaluation of a job."""
        return cast(Evaluation, self.call("evaluate", Evaluation, **question(job)))

    @classmethod
    @cache
    def evaluated(cls) -> list[Evaluation]:
        """Returns search evaluations of a few samples and a final one, made once for all laws, as they may be slow."""
        laws = cls()
        search = [laws.evaluate(architecture, "search") for architecture in laws.sampled(cls.evaluations)]
        return [*search, laws.evaluate(laws.sampled(1)[0], "final")]

    def objective(self) -> Objective:
        """Returns what the accuracy stands for. An answer that is none, or has no bounds, is a fault of `objective`."""
        answer = self.call("objective") or ACCURACY
        if isinstance(answer, Objective) and answer.name and answer.low < answer.high:
            return answer
        raise Fault("objective", f"it returned {answer!r}")

    def sampled(self, count: int | None = None) -> list[Architecture]:
        """Returns `count` samples (default: `samples`), the same ones at every call."""
        rng = np.random.default_rng(0)
        return [self.sample(rng) for _ in range(count or self.samples)]

    def mutants(self, count: int | None = None) -> list[Architecture]:
        """Returns a mutant of each of the first `count` samples, the same ones at every call."""
        rng = np.random.default_rng(0)
        return [self.mutate(parent, rng) for parent in self.sampled(count)]

    def latency(self, architecture: Architecture, device: str) -> float | None:
        """Returns the latency in milliseconds, None where the device is unknown."""
        latency: object = None
        with report_errors("measure_latency", f"{architecture} on {device!r}"), suppress(Unsupported):
            latency = self.hook.measure_latency(architecture=architecture, device=device)
        if latency is None or isinstance(latency, float | int):
            return latency
        raise Fault("measure_latency", f"{architecture} on {device!r} gave {latency!r}, which is not a number")

    def listed_devices(self) -> list[str]:
        """Returns the devices that the space itself lists. Anything but a list of texts is a fault of `devices`."""
        if "devices" not in self.implemented():
            return []
        with report_errors("devices", "devices()"):
            names = self.new_plugin().devices()
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            raise Fault("devices", f"it returned {names!r}, which is not a list of texts")
        return list(names)

    def enumerated_space(self) -> list[Architecture]:
        """Returns the whole space. The law is not applicable where it is not enumerated, or too large."""
        self.requires("enumerate_space")
        architectures = self.enumerate_first(self.enumerated + 1)
        if architectures is None or len(architectures) > self.enumerated:
            raise NotApplicable(f"the space has more than {self.enumerated:,} architectures, or says it is too large")
        return architectures

    def enumerate_first(self, count: int) -> list[Architecture] | None:
        """Returns the first `count` architectures of the enumeration; None where there is none."""
        iterator: Iterator[Architecture] | None = self.call("enumerate_space")
        with report_errors("enumerate_space", "going through it"):  # a generator raises here, not where it is made
            return None if iterator is None else list(islice(iterator, count))


def question(job: Job) -> dict[str, Any]:
    """Returns the arguments of the hook `evaluate` for a job."""
    names = ("architecture", "purpose", "epochs", "seed")
    return {name: getattr(job, name) for name in names} | {"job": job}
