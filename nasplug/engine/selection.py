"""The plugins of one run: chosen by the caller, made from names and options, and put in order."""

from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import pluggy

from nasplug.engine.latency_window import LatencyWindow
from nasplug.engine.request import PluginChoice, RunRequest
from nasplug.engine.settings import DEFAULT_BUDGET, Settings, plugin_options
from nasplug.errors import PluginError, UsageError
from nasplug.hookspecs import HookSpecs
from nasplug.loading import discovery, manager, options
from nasplug.loading.trust import check_trusted

Options = dict[str, Any]
RUN_OPTIONS = (
    "budget",
    "batch",
    "workers",
    "device",
    "objectives",
    "confirm",
)  # a space may recommend them for the run


@attrs.frozen
class NamedMiddleware:
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
    """The plugin instances of one run.

    `recommended` holds the options that the space recommends for the run itself. `middleware` is in order, the
    outermost first; an executor is the innermost.
    """

    space: object
    strategy: object
    space_name: str
    strategy_name: str
    recommended: dict[str, Any]
    middleware: tuple[NamedMiddleware, ...] = ()

    @classmethod
    def of_request(cls, request: RunRequest) -> "Selection":
        """Makes the plugins that a request names, and those that its `max_cost` and `timeout` stand for."""
        chosen = list(request.middleware) if not isinstance(request.middleware, str) else [request.middleware]
        if request.max_cost is not None:
            chosen.append(f"budget:max_cost={request.max_cost}")
        space_options, strategy_options = request.space_options or {}, request.strategy_options or {}
        if request.space is None or request.strategy is None:
            raise UsageError("A new run needs a space and a strategy. 'nasplug list' shows what is installed.")
        if request.safe:
            check_trusted(request.space, request.strategy, chosen, request.device, space_options)
        selection = cls.of(request.space, request.strategy, space_options, strategy_options)
        return attrs.evolve(selection, middleware=_in_order(map(_make_middleware, chosen), request.timeout))

    @classmethod
    def of(
        cls, space: PluginChoice, strategy: PluginChoice, space_options: Options, strategy_options: Options
    ) -> "Selection":
        """Makes a space and a strategy; the space's recommendations fill the options that the caller left out."""
        space_name, strategy_name = manager.name_of(space), manager.name_of(strategy)
        space_instance = manager.make("space", space, space_options)
        recommendations = _recommendations(space_instance, space_name, strategy_name)
        recommended = {name: recommendations.pop(name) for name in RUN_OPTIONS if name in recommendations}
        if isinstance(strategy, str):
            _refuse_unknown(recommendations, space_name, strategy_name)
            strategy_options = recommendations | strategy_options
        strategy_instance = manager.make("strategy", strategy, strategy_options)
        return cls(space_instance, strategy_instance, space_name, strategy_name, recommended)

    def settings(self, request: RunRequest) -> Settings:
        """Returns the settings of the run; what the request leaves open is recommended by the space, or the default."""
        default = None if request.max_cost is not None else self.recommended.get("budget", DEFAULT_BUDGET)
        workers = self.recommended.get("workers", 1) if request.workers is None else request.workers
        return Settings(
            space=self.space_name,
            strategy=self.strategy_name,
            space_options=_stored_options(request.space, self.space),
            strategy_options=_stored_options(request.strategy, self.strategy),
            middleware=[middleware.name for middleware in self.middleware],
            watching=[middleware.name for middleware in self.middleware if middleware.watches],
            budget=default if request.budget is None else request.budget,
            workers=workers,
            batch=self.recommended.get("batch", workers) if request.batch is None else request.batch,
            device=request.device or self.recommended.get("device"),
            seed=request.seed or 0,
            epochs=request.epochs,
            latency_window=request.latency_window,
            asynchronous=request.asynchronous,
            timeout=request.timeout,
            retries=request.retries or 0,
            max_failures=request.max_failures,
            objectives=request.objectives or self.recommended.get("objectives", ()),
            limits=request.limits,
            first=request.first,
            confirm=self.recommended.get("confirm") if request.confirm is None else request.confirm,
            known=request.known,
            finals=request.finals,
        )

    def manager(self, settings: Settings, observers: Sequence[object] = ()) -> pluggy.PluginManager:
        """Returns the plugin manager of the run, with the latency window that its settings ask for."""
        outer = [*observers, *(middleware.instance for middleware in self.middleware)]
        plugin_manager = manager.build(self.space, self.strategy, outer, self.space_name)
        if settings.latency_window and settings.device:
            window = LatencyWindow(plugin_manager, *settings.latency_window, settings.device, self.space_name)
            plugin_manager.register(window, "window")
        return plugin_manager

    def callers(self, plugin_manager: pluggy.PluginManager) -> dict[str, list[str]]:
        """Returns, for each hook that any plugin implements, the names of these plugins in the order of the calls."""
        names: dict[object, str] = {middleware.instance: middleware.name for middleware in self.middleware}
        names |= {self.space: self.space_name, self.strategy: self.strategy_name}
        hooks = [name for name in vars(HookSpecs) if not name.startswith("_")]
        called = {hook: getattr(plugin_manager.hook, hook).get_hookimpls()[::-1] for hook in hooks}
        return {hook: [names.get(c.plugin, c.plugin_name) for c in calls] for hook, calls in called.items() if calls}


def _make_middleware(choice: PluginChoice) -> NamedMiddleware:
    if not isinstance(choice, str):
        return NamedMiddleware(manager.name_of(choice), manager.make("middleware", choice, {}))
    name, values = options.parse_plugin(choice)
    return NamedMiddleware(choice, manager.make("middleware", name, values))


def _in_order(middleware: Iterable[NamedMiddleware], timeout: float | None) -> tuple[NamedMiddleware, ...]:
    """Returns the middleware with its executor innermost. Raises `UsageError` for a second executor."""
    chosen = list(middleware)
    if timeout is not None and not any(plugin.executes for plugin in chosen):
        chosen.append(_make_middleware("processes"))  # only a process can be stopped in the middle of an evaluation
    executors = [plugin for plugin in chosen if plugin.executes]
    if len(executors) > 1:
        raise UsageError(
            f"A run has one executor, got {' and '.join(executor.name for executor in executors)}: "
            "each says where evaluations run. Leave all but one out."
        )
    return (*(plugin for plugin in chosen if not plugin.executes), *executors)


def _stored_options(choice: PluginChoice, plugin: object) -> Options:
    """Returns what a run stores of a plugin: its options, and where the caller gave an instance its arguments too."""
    values = plugin_options(plugin)
    return {name: values[name] for name in options.fields(type(plugin))} if isinstance(choice, str | type) else values


def _recommendations(space: object, space_name: str, strategy_name: str) -> Options:
    answer = manager.build(space, space_name=space_name).hook.recommend(strategy=strategy_name)
    if not isinstance(answer, dict | None):
        raise PluginError(f"The space {space_name!r} must recommend a dict of option values, not {answer!r}.")
    return dict(answer or {})


def _refuse_unknown(recommendations: Options, space_name: str, strategy_name: str) -> None:
    strategy_options = options.fields(discovery.load("strategy", strategy_name))
    if unknown := sorted(recommendations.keys() - strategy_options.keys()):
        raise PluginError(
            f"The space {space_name!r} recommends {', '.join(unknown)} for the strategy {strategy_name!r}, which has "
            "no such option: they are not made for each other's version."
        )
