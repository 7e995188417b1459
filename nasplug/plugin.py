"""What plugins are made of: one type for each kind of plugin, and the helpers that plugins share.

Inherit from `Space`, `Strategy`, `Middleware`, `Executor` or `Device` to let mypy check your signatures; a class that
does not inherit is a plugin all the same. The methods are the hooks of `nasplug.hookspecs`, which documents them:
mark yours with `nasplug.hookimpl`. A class that inherits takes all arguments of a hook but `evaluate`; one that does
not may leave some out. Plugins import from `nasplug`, `nasplug.plugin`, `nasplug.training` and `nasplug.testing` alone.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import lazy_loader

from nasplug.errors import Unsupported
from nasplug.types import Architecture, Evaluation, Job, Objective, Published, Run, Suggestion, Trial

if TYPE_CHECKING:
    import click
    import numpy as np
    from pluggy import HookRelay
    from torch_geometric.data import Batch

    from nasplug.analysis.figures import kendall_tau as kendall_tau
    from nasplug.cli.output import print_json as print_json
    from nasplug.cli.output import print_table as print_table
    from nasplug.cli.shared_options import ExpandedPath as ExpandedPath
    from nasplug.cli.shared_options import plugin_names as plugin_names
    from nasplug.engine.objectives import Limit as Limit
    from nasplug.engine.selection import Selection as Selection
    from nasplug.engine.settings import plugin_options as plugin_options
    from nasplug.executors.recipe import SpaceRecipe as SpaceRecipe
    from nasplug.executors.recipe import hooks_of_space as hooks_of_space
    from nasplug.experiments.frontier.training_data import read_trials as read_trials
    from nasplug.loading.manager import make as make
    from nasplug.loading.options import parse_options as parse_options
    from nasplug.loading.paths import expanded_path as expanded_path
    from nasplug.storage.atomic_files import write_atomically as write_atomically

__getattr__, _, _HELPERS = lazy_loader.attach(
    "nasplug",
    submod_attrs={
        "analysis.figures": ["kendall_tau"],
        "cli.output": ["print_json", "print_table"],
        "cli.shared_options": ["ExpandedPath", "plugin_names"],
        "engine.objectives": ["Limit"],
        "engine.selection": ["Selection"],
        "engine.settings": ["plugin_options"],
        "executors.recipe": ["SpaceRecipe", "hooks_of_space"],
        "experiments.frontier.training_data": ["read_trials"],
        "loading.manager": ["make"],
        "loading.options": ["parse_options"],
        "loading.paths": ["expanded_path"],
        "storage.atomic_files": ["write_atomically"],
    },
)
__all__ = ["Device", "Executor", "Middleware", "Plugin", "Space", "Strategy", *_HELPERS]


class Plugin(Protocol):
    """The hooks that any plugin may implement."""

    def register_commands(self, group: "click.Group") -> None:
        """See `HookSpecs.register_commands`."""
        return

    def on_start(self, run: Run) -> None:
        """See `HookSpecs.on_start`."""
        return

    def on_job(self, run: Run, job: Job) -> None:
        """See `HookSpecs.on_job`."""
        return

    def on_trial(self, run: Run, trial: Trial) -> None:
        """See `HookSpecs.on_trial`."""
        return

    def on_stop(self, run: Run, reason: str) -> None:
        """See `HookSpecs.on_stop`."""
        return


class Space(Plugin, Protocol):
    """A search space: which architectures there are, and what one is worth."""

    @abstractmethod
    def sample(self, rng: "np.random.Generator") -> Architecture:
        """See `HookSpecs.sample`."""

    @abstractmethod
    def mutate(self, architecture: Architecture, rng: "np.random.Generator") -> Architecture:
        """See `HookSpecs.mutate`."""

    @property
    @abstractmethod
    def evaluate(self) -> Callable[..., Evaluation]:
        """See `HookSpecs.evaluate`. A method that takes whichever of the hook's arguments it needs."""

    def recommend(self, strategy: str) -> "dict[str, Any] | None":
        """See `HookSpecs.recommend`."""
        return None

    def objective(self) -> Objective | None:
        """See `HookSpecs.objective`."""
        return None

    def fidelities(self) -> "tuple[Sequence[int], bool] | None":
        """See `HookSpecs.fidelities`."""
        return None

    def choices(self) -> "tuple[int, ...] | None":
        """See `HookSpecs.choices`."""
        return None

    def measure(self, architecture: Architecture) -> "dict[str, float] | None":
        """See `HookSpecs.measure`."""
        return None

    def sample_within(
        self, device: str, low: float, high: float, count: int, rng: "np.random.Generator"
    ) -> Sequence[Architecture] | None:
        """See `HookSpecs.sample_within`."""
        return None

    def enumerate_space(self) -> "Iterator[Architecture] | None":
        """See `HookSpecs.enumerate_space`."""
        return None

    def canonical(self, architecture: Architecture) -> str:
        """See `HookSpecs.canonical`."""
        return str(architecture)

    def encode_graph(self, architectures: Sequence[Architecture]) -> "Batch":
        """See `HookSpecs.encode_graph`."""
        raise Unsupported("This space does not encode architectures as graphs.")

    def features(self, architectures: Sequence[Architecture]) -> "np.ndarray[Any, Any] | None":
        """See `HookSpecs.features`."""
        return None

    def devices(self) -> Sequence[str]:
        """See `HookSpecs.devices`."""
        return ()

    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        """See `HookSpecs.measure_latency`."""
        return None

    def describe(self, architecture: Architecture) -> str:
        """See `HookSpecs.describe`."""
        return str(architecture)

    def draw(self, architecture: Architecture) -> str:
        """See `HookSpecs.draw`."""
        raise Unsupported("This space does not draw architectures.")

    def build_network(self, architecture: Architecture) -> Any:
        """See `HookSpecs.build_network`."""
        raise Unsupported("This space does not build networks.")

    def published(self) -> "dict[str, list[Published]] | None":
        """See `HookSpecs.published`."""
        return None


class Strategy(Plugin, Protocol):
    """A search strategy: which architectures are evaluated next."""

    @abstractmethod
    def suggest(self, run: Run, count: int) -> Sequence[Architecture | Suggestion]:
        """See `HookSpecs.suggest`."""

    def finalists(self, run: Run) -> Sequence[Architecture] | None:
        """See `HookSpecs.finalists`."""
        return None

    def predict(self, run: Run, architectures: Sequence[Architecture]) -> "np.ndarray[Any, Any] | None":
        """See `HookSpecs.predict`."""
        return None

    def predicts_from(self, budget: int | None, batch: int) -> int | None:
        """See `HookSpecs.predicts_from`."""
        return None


class Middleware(Plugin, Protocol):
    """Watches a run, bounds it, or answers or wraps `evaluate`.

    `watches = True` says that results do not depend on this middleware: a run may be resumed with it or without.
    """

    executes: ClassVar[bool] = False
    watches: ClassVar[bool] = False


class Executor(Middleware, Protocol):
    """Middleware that says where an evaluation runs. It is always innermost, and a run has at most one."""

    executes: ClassVar[bool] = True
    watches: ClassVar[bool] = True

    @property
    @abstractmethod
    def evaluate(self) -> Callable[..., Evaluation]:
        """See `HookSpecs.evaluate`. A method that takes whichever of the hook's arguments it needs."""


class Device(Protocol):
    """A device whose latency this plugin measures, for every space that builds networks.

    Its entry point in the group `nasplug.devices` has the device's name.
    """

    @abstractmethod
    def devices(self) -> Sequence[str]:
        """See `HookSpecs.devices`."""

    @abstractmethod
    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        """See `HookSpecs.measure_latency`."""

    def attach(self, space: "HookRelay") -> None:
        """Keeps the hooks of the space whose architectures are measured; called once, before any measurement.

        `space.build_network(architecture=…)` gives the network as a `tf.Module`.
        """
        return
