"""The plugins of one run: chosen by the caller, made from names and options, and put in order."""

from collections.abc import Sequence
from typing import Any

import attrs
import pluggy

from nasplug.engine.latency_window import LatencyWindow
from nasplug.engine.request import Plugin, RunRequest
from nasplug.engine.settings import DEFAULT_BUDGET, Settings, plugin_options
from nasplug.errors import PluginError, UsageError
from nasplug.loading import discovery, manager, options
from nasplug.loading.trust import check_trusted

OF_THE_RUN = ("budget", "batch", "workers", "device")  # what a space may recommend for the run itself


@attrs.frozen
class Middleware:
    """One middleware of a run: how the caller named it, and its instance."""

    name: str
    instance: object

    @property
    def executes(self) -> bool:
        """Whether it says where evaluations run."""
        return bool(getattr(self.instance, "executes", False))

    @property
    def watches(self) -> bool:
        """Whether results are the same without it."""
        return bool(getattr(self.instance, "watches", False))


@attrs.frozen
class Selection:
    """The space, the strategy and the middleware of a run, made; `recommended` is the space's advice for the run.

    `middleware` is in order, the outermost first; an executor is the innermost.
    """

    space: object
    strategy: object
    space_name: str
    strategy_name: str
    recommended: dict[str, Any]
    middleware: tuple[Middleware, ...] = ()

    @classmethod
    def of_request(cls, request: RunRequest) -> "Selection":
        """Makes the plugins that a request names, and those that its `max_cost` and `timeout` stand for."""
        named = list(request.middleware) if not isinstance(request.middleware, str) else [request.middleware]
        if request.max_cost is not None:
            named.append(f"budget:max_cost={request.max_cost}")
        if request.safe:
            check_trusted(request.space, request.strategy, named, request.device)
        selection = cls.of(request.space, request.strategy, request.space_options or {}, request.strategy_options or {})
        return attrs.evolve(selection, middleware=_in_order(map(_made, named), request.timeout))

    @classmethod
    def of(
        cls, space: Plugin, strategy: Plugin, space_options: dict[str, Any], strategy_options: dict[str, Any]
    ) -> "Selection":
        """Makes a space and a strategy; the space's recommendations fill the options that the caller left out."""
        names = manager.name_of(space), manager.name_of(strategy)
        made_space = manager.make("space", space, space_options)
        advice = _advice(made_space, *names)
        recommended = {key: advice.pop(key) for key in OF_THE_RUN if key in advice}
        if isinstance(strategy, str):
            _refuse_unknown(advice, *names)
            strategy_options = advice | strategy_options
        return cls(made_space, manager.make("strategy", strategy, strategy_options), *names, recommended)

    def settings(self, request: RunRequest) -> Settings:
        """Returns the settings of the run; what the request leaves open is recommended by the space, or the default."""
        default = None if request.max_cost is not None else self.recommended.get("budget", DEFAULT_BUDGET)
        workers = self.recommended.get("workers", 1) if request.workers is None else request.workers
        return Settings(
            space=self.space_name,
            strategy=self.strategy_name,
            space_options=plugin_options(self.space),
            strategy_options=plugin_options(self.strategy),
            middleware=[each.name for each in self.middleware],
            watching=[each.name for each in self.middleware if each.watches],
            budget=default if request.budget is None else request.budget,
            workers=workers,
            batch=self.recommended.get("batch", workers) if request.batch is None else request.batch,
            device=request.device or self.recommended.get("device"),
            seed=request.seed,
            epochs=request.epochs,
            latency_window=request.latency,
            asynchronous=request.asynchronous,
            timeout=request.timeout,
            retries=request.retries,
        )

    def manager(self, settings: Settings, observers: Sequence[object] = ()) -> pluggy.PluginManager:
        """Returns the plugin manager of the run, with the device's plugin and the latency window that it needs."""
        outer = [*observers, *(each.instance for each in self.middleware)]
        built = manager.build(self.space, self.strategy, outer, self.space_name)
        if settings.latency_window and settings.device:
            built.register(LatencyWindow(built, *settings.latency_window, settings.device), "window")
        return built

    def callers(self, built: pluggy.PluginManager) -> dict[str, list[str]]:
        """Returns, for each hook, the names of the plugins that are called, in the order in which they are."""
        names: dict[object, str] = {each.instance: each.name for each in self.middleware}
        names |= {self.space: self.space_name, self.strategy: self.strategy_name}
        chains: dict[str, list[str]] = {}
        for caller in sorted(vars(built.hook).items()):
            called = [names.get(each.plugin, each.plugin_name) for each in reversed(caller[1].get_hookimpls())]
            if called:
                chains[caller[0]] = called
        return chains


def _made(plugin: Plugin) -> Middleware:
    name, given = options.parse_plugin(plugin) if isinstance(plugin, str) else (plugin, {})
    return Middleware(
        plugin if isinstance(plugin, str) else manager.name_of(plugin), manager.make("middleware", name, given)
    )


def _in_order(middleware: Any, timeout: float | None) -> tuple[Middleware, ...]:
    """Returns the middleware with its executor innermost. Raises `UsageError` for a second executor."""
    chosen = list(middleware)
    if timeout is not None and not any(each.executes for each in chosen):
        chosen.append(_made("processes"))  # only a process can be stopped in the middle of an evaluation
    executors = [each for each in chosen if each.executes]
    if len(executors) > 1:
        raise UsageError(
            f"A run has one executor, got {' and '.join(each.name for each in executors)}: "
            "each says where evaluations run. Leave all but one out."
        )
    return (*(each for each in chosen if not each.executes), *executors)


def _advice(space: object, space_name: str, strategy_name: str) -> dict[str, Any]:
    advice = manager.build(space, space_name=space_name).hook.recommend(strategy=strategy_name)
    if not isinstance(advice, dict | None):
        raise PluginError(f"The space {space_name!r} must recommend a dict of option values, not {advice!r}.")
    return dict(advice or {})


def _refuse_unknown(advice: dict[str, Any], space_name: str, strategy_name: str) -> None:
    known = options.fields(discovery.load("strategy", strategy_name))
    if unknown := sorted(advice.keys() - known.keys()):
        raise PluginError(
            f"The space {space_name!r} recommends {', '.join(unknown)} for the strategy {strategy_name!r}, which has "
            "no such option: they are not made for each other's version."
        )
