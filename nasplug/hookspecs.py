"""The hooks of nasplug, in the order in which a run calls them.

Implement any of them with `nasplug.hookimpl` and take whichever of the arguments you need.
"First" hooks stop at the first answer that is not None; the others call everyone.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

from nasplug.types import Architecture, Evaluation, Published, Purpose, Trial

if TYPE_CHECKING:
    import click
    import numpy as np
    from torch_geometric.data import Batch

    from nasplug.engine.run import Run

hookspec = pluggy.HookspecMarker("nasplug")
first = hookspec(firstresult=True)


class HookSpecs:
    """The contract between the core, spaces, strategies and middleware."""

    @hookspec
    def register_commands(self, group: "click.Group") -> None:
        """Adds `nasplug PLUGIN …` commands to `group`, when the command line looks for one.

        Must not import torch or TensorFlow: import them inside the commands.
        """

    @first
    def recommend(self, strategy: str) -> "dict[str, Any] | None":
        """Returns option values that this space suggests for the strategy named, before that strategy is made.

        The user's own options override them. The keys `budget`, `batch`, `workers` and `device`
        are for the run itself.
        None: nothing to suggest.
        """

    @hookspec
    def on_start(self, run: "Run") -> None:
        """Called once, before the first `suggest`."""

    @first
    def suggest(self, run: "Run", count: int) -> Sequence[Architecture]:
        """Returns up to `count` architectures to evaluate next; called whenever there is room for them.

        `[]` means: wait for the trials that are pending or, if none is, the search is over.
        Must be a function of `run.trials`, `run.rng` and the plugin's options, so that a run can be resumed.
        """

    @first
    def sample(self, rng: "np.random.Generator") -> Architecture:
        """Returns a random valid architecture, drawn with `rng` alone. Required of a space."""

    @first
    def sample_within(
        self, device: str, low: float, high: float, count: int, rng: "np.random.Generator"
    ) -> Sequence[Architecture] | None:
        """Returns `count` architectures, uniform among those whose latency on `device` is in [`low`, `high`] ms.

        They are drawn with `rng` alone and may repeat. Raises `Unsupported` where there is none. None: the space knows
        no faster way on this device than to draw with `sample` until a latency lies inside.
        """

    @first
    def mutate(self, architecture: Architecture, rng: "np.random.Generator") -> Architecture:
        """Returns a valid neighbour of `architecture`, never its own code. Required of a space."""

    @first
    def enumerate_space(self) -> "Iterator[Architecture] | None":
        """Returns an iterator over all architectures, one per canonical form; None: the space is too large."""

    @first
    def canonical(self, architecture: Architecture) -> str:
        """Returns a text that is equal for equal networks (isomorphic cells). Default: the code."""

    @first
    def encode_graph(self, architectures: Sequence[Architecture]) -> "Batch":
        """Returns the architectures as one `torch_geometric.data.Batch`, for predictors.

        `x` float32 `[nodes, features]`, `edge_index` int64 `[2, edges]` (source → target, no
        self-loops), `batch` int64 `[nodes]`, with as many graphs as architectures.
        """

    @first
    def features(self, architectures: Sequence[Architecture]) -> "np.ndarray[Any, Any] | None":
        """Returns float32 `[n, f]` scalars that a predictor may add to the graph (parameters, …); None: none."""

    @first
    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        """Returns the inference time in milliseconds on `device`; None: the device is unknown here."""

    @first
    def evaluate(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns what training the architecture gives. Required of a space; called from threads.

        `purpose` is `search` (validation accuracy, the cheap signal) or `final` (test accuracy, what is
        reported); `epochs` None means the space's own. The answer is a function of the arguments and the
        options. An exception becomes a failed trial, but a `ConfigurationError` ends the run.
        """

    @hookspec
    def on_trial(self, run: "Run", trial: Trial) -> None:
        """Called after each trial, complete or failed, when it is already stored."""

    @hookspec
    def on_stop(self, run: "Run", reason: str) -> None:
        """Called once at the end of a run, also after an interruption or a start that failed, with the reason."""

    @first
    def describe(self, architecture: Architecture) -> str:
        """Returns one line of text about the architecture. Default: its code."""

    @first
    def draw(self, architecture: Architecture) -> str:
        """Returns the architecture's picture as an SVG document."""

    @first
    def build_network(self, architecture: Architecture) -> Any:
        """Returns the architecture's network as a `tf.Module` that maps images to logits."""

    @first
    def predict(self, run: "Run", architectures: Sequence[Architecture]) -> "np.ndarray[Any, Any] | None":
        """Returns what the strategy, having learnt from `run.trials`, predicts of `architectures`: percent, `[n]`.

        Called outside of a search, for frontiers, reports and `nasplug best --predicted`. None: it predicts nothing.
        """

    @first
    def predicts_from(self, budget: int | None, batch: int) -> int | None:
        """Returns after how many trials of a run the strategy suggests what it predicted; None: it never does.

        Called outside of a search, for the dotted line in the figure of a comparison.
        """

    @first
    def published(self) -> "dict[str, list[Published]] | None":
        """Returns what a paper published of architectures of this space, by a name for each set; None: nothing."""
