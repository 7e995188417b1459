"""The hooks of nasplug, in the order in which a run calls them: the contract between the core and its plugins.

Mark a method with `nasplug.hookimpl` to implement the hook of its name. Take whichever of the hook's arguments you
need, by name and without defaults. Each docstring ends with one of two sentences: the first answer counts, or all
plugins are called. `nasplug.plugin` has the same methods as types: `Space`, `Strategy`, `Middleware`, `Device`.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

from nasplug.types import Architecture, Evaluation, Job, Objective, Published, Purpose, Run, Suggestion, Trial

if TYPE_CHECKING:
    import click
    import numpy as np
    from torch_geometric.data import Batch

hookimpl = pluggy.HookimplMarker("nasplug")
hookspec = pluggy.HookspecMarker("nasplug")
first = hookspec(firstresult=True)


class HookSpecs:
    """Every hook: its arguments, its answer, and who implements it."""

    # ------------------------------------------------------------------ before a run

    @hookspec
    def register_commands(self, group: "click.Group") -> None:
        """Adds `nasplug PLUGIN …` commands to the command line. Any plugin.

        Import torch and TensorFlow inside the commands: the hook is called whenever a plugin's command is looked for.

        :param group: the click group of the whole command line

        All plugins are called.
        """

    @first
    def recommend(self, strategy: str) -> "dict[str, Any] | None":
        """Returns option values that suit this space, before the strategy is made. A space.

        The user's own options override them. The keys `budget`, `batch`, `workers`, `device` and `confirm` set the
        run's own options. None recommends nothing.

        :param strategy: the strategy's entry-point name

        The first answer that is not None counts.
        """

    @first
    def objective(self) -> Objective | None:
        """Returns what `Evaluation.accuracy` stands for: name, unit, direction and bounds. A space.

        None: accuracy in percent, the higher the better.

        The first answer that is not None counts.
        """

    @first
    def fidelities(self) -> "tuple[Sequence[int], bool] | None":
        """Returns which `epochs` the space can train, ascending, and whether a training can be continued. A space.

        None: any number of epochs, and no training can be continued. Where there are no numbers, all trainings are
        equally long.

        The first answer that is not None counts.
        """

    @first
    def choices(self) -> "tuple[int, ...] | None":
        """Returns how many values each place of a code has, where every combination is an architecture. A space.

        None: codes are no such product.

        The first answer that is not None counts.
        """

    # ------------------------------------------------------------------ a run begins

    @hookspec
    def on_start(self, run: Run) -> None:
        """Prepares a plugin for a run, before the first `suggest`. Any plugin.

        :param run: the run that begins

        All plugins are called.
        """

    # ------------------------------------------------------------------ suggesting

    @first
    def suggest(self, run: Run, count: int) -> Sequence[Architecture | Suggestion]:
        """Returns the architectures to evaluate next. A strategy must have it.

        A `Suggestion` in place of an architecture says how long to train it, or which training goes on. An empty
        answer waits for the trials that are pending; where none is pending, it ends the search. The answer must be a
        function of `run.trials`, `run.pending`, `run.rng` and the strategy's options: a resumed run tells a new
        instance the stored trials, and asks only for what is missing.

        :param run: the run so far
        :param count: how many architectures to suggest, at most; the budget may have room for fewer of them

        The first answer that is not None counts.
        """

    @first
    def sample(self, rng: "np.random.Generator") -> Architecture:
        """Returns a random valid architecture. A space must have it.

        :param rng: the only source of randomness

        The first answer that is not None counts.
        """

    @first
    def sample_within(
        self, device: str, low: float, high: float, count: int, rng: "np.random.Generator"
    ) -> Sequence[Architecture] | None:
        """Returns architectures drawn uniformly from a latency window; they may repeat. A space.

        None makes the core draw with `sample` until a latency lies inside.

        :param device: the device on which latency counts
        :param low: the lowest latency, in milliseconds
        :param high: the highest latency, in milliseconds
        :param count: how many architectures to draw
        :param rng: the only source of randomness
        :raises Unsupported: where no architecture lies inside

        The first answer that is not None counts.
        """

    @first
    def mutate(self, architecture: Architecture, rng: "np.random.Generator") -> Architecture:
        """Returns a valid neighbour, never the parent's own code. A space must have it.

        :param architecture: the parent
        :param rng: the only source of randomness

        The first answer that is not None counts.
        """

    @first
    def enumerate_space(self) -> "Iterator[Architecture] | None":
        """Returns an iterator over the whole space, one architecture per canonical form. A space.

        None: the space is too large.

        The first answer that is not None counts.
        """

    @first
    def canonical(self, architecture: Architecture) -> str:
        """Returns a text that is equal for equal networks, as isomorphic cells are. A space; default: the code.

        :param architecture: a valid architecture

        The first answer that is not None counts.
        """

    # ------------------------------------------------------------------ predicting

    @first
    def encode_graph(self, architectures: Sequence[Architecture]) -> "Batch":
        """Returns the architectures as one batch of graphs. A space that predictors can learn from.

        The answer is a `torch_geometric.data.Batch` with as many graphs as architectures: `x` float32
        `[nodes, features]`, `edge_index` int64 `[2, edges]` (source → target, no self-loops), `batch` int64 `[nodes]`.

        :param architectures: valid architectures, at least one

        The first answer that is not None counts.
        """

    @first
    def features(self, architectures: Sequence[Architecture]) -> "np.ndarray[Any, Any] | None":
        """Returns scalars that a predictor may add to each graph, such as parameters: float32 `[n, f]`. A space.

        None: there are none.

        :param architectures: `n` valid architectures

        The first answer that is not None counts.
        """

    # ------------------------------------------------------------------ evaluating

    @hookspec
    def on_job(self, run: Run, job: Job) -> None:
        """Hears of a job before it is submitted. Any plugin.

        :param run: the run so far
        :param job: the architecture that is about to be evaluated

        All plugins are called.
        """

    @first
    def measure(self, architecture: Architecture) -> "dict[str, float] | None":
        """Returns what is known of an architecture without training: `parameters`, `multiply_adds`, …. A space.

        A run checks its limits on these names before it pays, and `nasplug profile` shows them. None: nothing.

        :param architecture: a valid architecture

        The first answer that is not None counts.
        """

    @hookspec
    def devices(self) -> Sequence[str]:
        """Returns the names of the devices whose latency this plugin can tell. A space, or a device plugin.

        All plugins are called.
        """

    @first
    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        """Returns the inference time in milliseconds. A space, or a device plugin.

        None: the device is unknown here.

        :param architecture: a valid architecture
        :param device: the device's name

        The first answer that is not None counts.
        """

    @first
    def evaluate(
        self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int, job: Job
    ) -> Evaluation:
        """Returns what training the architecture gives. A space must have it; middleware may answer or wrap it.

        The answer must be a function of the arguments and the space's options. The loop calls this hook from threads.
        An exception becomes a failed trial.

        :param architecture: a valid architecture
        :param purpose: `search` asks for validation accuracy, also to confirm; `final` for test accuracy
        :param epochs: how long to train; None means the space's own number
        :param seed: the seed of the training, from 0 to 2³¹ − 1
        :param job: the key of the trial, its folder for checkpoints, and the number of the trial that it continues
        :raises ConfigurationError: where no evaluation can succeed, as without data; this ends the run

        The first answer that is not None counts.
        """

    @hookspec
    def on_trial(self, run: Run, trial: Trial) -> None:
        """Hears of a trial, complete or failed, after it is stored. Any plugin; a strategy not of what confirms.

        :param run: the run so far
        :param trial: the trial that has ended

        All plugins are called.
        """

    # ------------------------------------------------------------------ a run ends

    @first
    def finalists(self, run: Run) -> Sequence[Architecture] | None:
        """Returns the architectures that get a `final` evaluation. A strategy, or middleware.

        Default: the incumbent, or what was recommended after it was confirmed; with several objectives the frontier.

        :param run: the whole search

        The first answer that is not None counts.
        """

    @hookspec
    def on_stop(self, run: Run, reason: str) -> None:
        """Hears that a run ends, also after an interruption or a start that failed. Any plugin.

        :param run: the whole run
        :param reason: why it ends, in words

        All plugins are called.
        """

    # ------------------------------------------------------------------ showing an architecture

    @first
    def describe(self, architecture: Architecture) -> str:
        """Returns one line of text about the architecture. A space; default: its code.

        :param architecture: a valid architecture

        The first answer that is not None counts.
        """

    @first
    def draw(self, architecture: Architecture) -> str:
        """Returns a picture of the architecture as an SVG document. A space.

        :param architecture: a valid architecture

        The first answer that is not None counts.
        """

    @first
    def build_network(self, architecture: Architecture) -> Any:
        """Returns the architecture's network as a `tf.Module` that maps images to logits. A space.

        :param architecture: a valid architecture

        The first answer that is not None counts.
        """

    # ------------------------------------------------------------------ after a run: reports, frontiers, comparisons

    @first
    def predict(self, run: Run, architectures: Sequence[Architecture]) -> "np.ndarray[Any, Any] | None":
        """Returns the values of the main objective that the strategy predicts, in its unit, `[n]`. A strategy.

        None: it predicts nothing.

        :param run: a run whose `trials` the strategy learns from
        :param architectures: `n` valid architectures

        The first answer that is not None counts.
        """

    @first
    def predicts_from(self, budget: int | None, batch: int) -> int | None:
        """Returns after how many trials the strategy suggests what it predicted. A strategy.

        None: it never does. A comparison's figure draws a dotted line there.

        :param budget: how many trials a run may make; None without a bound
        :param batch: how many trials the run asks for at once

        The first answer that is not None counts.
        """

    @first
    def published(self) -> "dict[str, list[Published]] | None":
        """Returns what a paper reports of architectures of this space, by a name for each set. A space.

        None: there is nothing.

        The first answer that is not None counts.
        """
