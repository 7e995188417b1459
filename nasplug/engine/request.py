"""What a caller asks of a run: the arguments of `nasplug.search`, defined once for all functions that take them."""

import inspect
import os
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import attrs

from nasplug.types import Architecture, Trial

PluginChoice = str | object  # a name, `package.module:Class`, or an instance
P = ParamSpec("P")
R = TypeVar("R")


@attrs.frozen
class RunRequest:
    """The arguments of a run, as the caller gave them.

    Args:
        space: the search space: its name, `package.module:Class`, or an instance; a resumed run knows its own
        strategy: the strategy, in the same forms
        budget: trials of the run; by default what the space recommends, else 100, but no bound beside `max_cost`. A
            resumed run may get more
        max_cost: seconds of training after which the search ends
        seed: from which every generator and every training's seed is derived; by default 0
        space_options: options of a space that is given by name
        strategy_options: options of a strategy that is given by name
        middleware: names with options (`cache`, `log:path=x`), classes or instances; the first is outermost
        workers: evaluations at the same time; by default what the space recommends, else 1
        batch: architectures suggested at once; by default as many as workers
        epochs: length of every training; by default the space's own
        device: where the latency of every architecture is measured
        latency: the lowest and the highest latency allowed, in milliseconds on `device`; the attribute `latency_window`
        timeout: seconds after which an evaluation is stopped; evaluations then run in processes of their own
        retries: more attempts for an evaluation that fails; by default none
        max_failures: failed trials in a row that end the run; by default 5 at its very beginning, later ones never
        objectives: what to search for, the main one first: `accuracy`, or any figure as `NAME`, `NAME:max`, `NAME:min`
        limits: what every architecture must keep, as in `parameters<=4e6`
        first: architectures to evaluate before the strategy is asked, as values or texts
        known: trials that are told before the first suggestion: names of runs (`RUN@URL` of another storage), CSV
            files, or trials; outside of budget and incumbent
        confirm: `(K, R)` or `"K:R"`: when the search has ended, train the K best R times more, and recommend the best
            mean of all trainings; by default what the space recommends, else none, as with `"off"`
        finals: how many architectures get a final evaluation; by default the incumbent, with several objectives the
            frontier
        asynchronous: suggest whenever a worker is free; faster, but not repeatable
        storage: URL or path of the database that keeps the trials; None keeps them in memory
        name: the run's name; by default made of space, strategy and seed
        resume: continue the stored run `name`; what is left out is taken from the run
        start_or_resume: begin the run `name`, or continue it where it is stored already
        safe: refuse named plugins that are neither nasplug's own nor listed in the environment's NASPLUG_SAFE
        observers: plugin instances that only watch; they are no part of the settings that are stored and compared
        progress: show a bar or lines on standard error, as the command line does
    """

    space: PluginChoice | None = None
    strategy: PluginChoice | None = None
    budget: int | None = attrs.field(default=None, kw_only=True)
    max_cost: float | None = attrs.field(default=None, kw_only=True)
    seed: int | None = attrs.field(default=None, kw_only=True)
    space_options: dict[str, Any] | None = attrs.field(default=None, kw_only=True)
    strategy_options: dict[str, Any] | None = attrs.field(default=None, kw_only=True)
    middleware: Sequence[PluginChoice] = attrs.field(default=(), kw_only=True)
    workers: int | None = attrs.field(default=None, kw_only=True)
    batch: int | None = attrs.field(default=None, kw_only=True)
    epochs: int | None = attrs.field(default=None, kw_only=True)
    device: str | None = attrs.field(default=None, kw_only=True)
    latency_window: tuple[float, float] | None = attrs.field(default=None, alias="latency", kw_only=True)
    timeout: float | None = attrs.field(default=None, kw_only=True)
    retries: int | None = attrs.field(default=None, kw_only=True)
    max_failures: int | None = attrs.field(default=None, kw_only=True)
    objectives: Sequence[str] = attrs.field(default=(), kw_only=True)
    limits: Sequence[str] = attrs.field(default=(), kw_only=True)
    first: Sequence[Architecture | str] = attrs.field(default=(), kw_only=True)
    known: Sequence[str | Iterable[Trial]] = attrs.field(default=(), kw_only=True)
    confirm: "tuple[int, int] | str | None" = attrs.field(default=None, kw_only=True)
    finals: int | None = attrs.field(default=None, kw_only=True)
    asynchronous: bool = attrs.field(default=False, kw_only=True)
    storage: str | os.PathLike[str] | None = attrs.field(default=None, kw_only=True)
    name: str | None = attrs.field(default=None, kw_only=True)
    resume: bool = attrs.field(default=False, kw_only=True)
    start_or_resume: bool = attrs.field(default=False, kw_only=True)
    safe: bool = attrs.field(default=False, kw_only=True)
    observers: Sequence[object] = attrs.field(default=(), kw_only=True)
    progress: bool = attrs.field(default=False, kw_only=True)

    def watchers(self) -> list[object]:
        """Returns the observers, and one more that shows the progress where it is asked for."""
        if not self.progress:
            return list(self.observers)
        from nasplug.engine.progress import RunProgress  # takes rich along

        return [*self.observers, RunProgress()]


def with_arguments_of(request: Callable[P, RunRequest]) -> Callable[[Callable[[RunRequest], R]], Callable[P, R]]:
    """Returns a decorator that gives a function of one request the request's own arguments."""

    def decorate(function: Callable[[RunRequest], R]) -> Callable[P, R]:
        @wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                made_request = request(*args, **kwargs)
            except TypeError as error:  # of attrs, which names its own __init__
                raise TypeError(str(error).replace("RunRequest.__init__", function.__name__)) from None
            return function(made_request)

        returns = inspect.signature(function).return_annotation
        called.__signature__ = inspect.signature(request).replace(return_annotation=returns)  # type: ignore[attr-defined]
        called.__doc__ = f"{function.__doc__}\n\nThe arguments are those of `RunRequest`.\n"
        return called

    return decorate
