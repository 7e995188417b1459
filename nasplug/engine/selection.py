"""What the user chose — names, options, instances — made into the plugins of one run."""

from collections.abc import Sequence
from typing import Any

import attrs
import pluggy

from nasplug.engine.latency_window import LatencyWindow
from nasplug.engine.settings import DEFAULT_BUDGET, Settings, plugin_options
from nasplug.errors import PluginError
from nasplug.loading import discovery, manager, options

Plugin = str | object
EXECUTORS = ("processes", "ray")
RUN_ADVICE = ("budget", "batch", "workers", "device")


@attrs.frozen
class Choice:
    """The space and the strategy of a run, made, and what the space recommends for the run itself."""

    space: object
    strategy: object
    space_name: str
    strategy_name: str
    advice: dict[str, Any]

    @classmethod
    def of(
        cls, space: Plugin, strategy: Plugin, space_given: dict[str, Any], strategy_given: dict[str, Any]
    ) -> "Choice":
        """Returns the plugins made; the strategy's options are the space's recommendation, overridden by the user's."""
        names = manager.name_of(space), manager.name_of(strategy)
        made_space = manager.make("space", space, space_given)
        advice = _advice(made_space, *names)
        run_advice = {key: advice.pop(key) for key in RUN_ADVICE if key in advice}
        if isinstance(strategy, str):
            _refuse_unknown(advice, *names)
            strategy_given = advice | strategy_given
        return cls(made_space, manager.make("strategy", strategy, strategy_given), *names, run_advice)

    def settings(
        self,
        middleware: list[Plugin],
        *,
        budget: int | None,
        bounded: bool,
        batch: int | None,
        workers: int | None,
        device: str | None,
        **more: Any,
    ) -> Settings:
        """Returns the run's settings; without a budget the recommended one counts, unless `bounded` otherwise."""
        default = None if bounded else self.advice.get("budget", DEFAULT_BUDGET)
        workers = self.advice.get("workers", 1) if workers is None else workers
        return Settings(
            space=self.space_name,
            strategy=self.strategy_name,
            space_options=plugin_options(self.space),
            strategy_options=plugin_options(self.strategy),
            middleware=[plugin if isinstance(plugin, str) else manager.name_of(plugin) for plugin in middleware],
            budget=default if budget is None else budget,
            workers=workers,
            batch=self.advice.get("batch", workers) if batch is None else batch,
            device=device or self.advice.get("device"),
            **more,
        )

    def manager(
        self, settings: Settings, middleware: Sequence[Plugin], observers: Sequence[object]
    ) -> pluggy.PluginManager:
        """Returns the plugin manager of the run, with a latency window where the settings have one."""
        outer = [*observers, *map(_make_middleware, middleware)]
        built = manager.build(self.space, self.strategy, outer, self.space_name)
        if settings.latency_window and settings.device:
            built.register(LatencyWindow(built, *settings.latency_window, settings.device), "window")
        return built


def with_needed(middleware: Sequence[Plugin], max_cost: float | None, timeout: float | None) -> list[Plugin]:
    """Returns the middleware, and what `max_cost` and `timeout` stand for."""
    wanted: list[Plugin] = [middleware] if isinstance(middleware, str) else list(middleware)
    if max_cost is not None:
        wanted.append(f"budget:max_cost={max_cost}")
    named = {manager.name_of(plugin).lower().partition(":")[0] for plugin in wanted}
    if timeout is not None and not named & set(EXECUTORS):
        wanted.append("processes")  # only a process can be stopped in the middle of an evaluation
    return wanted


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


def _make_middleware(plugin: Plugin) -> object:
    name, given = options.parse_plugin(plugin) if isinstance(plugin, str) else (plugin, {})
    made: object = manager.make("middleware", name, given)
    return made
