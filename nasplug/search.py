"""`nasplug.search`: settings → manager → storage → loop → result. The command line runs searches through it."""

import json
import os
from collections.abc import Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from nasplug import manager, options
from nasplug.errors import StorageError, UsageError
from nasplug.loop import Loop
from nasplug.middleware.window import LatencyWindow
from nasplug.result import Result
from nasplug.run import Run
from nasplug.settings import DEFAULT_BUDGET, Settings, plugin_options
from nasplug.types import Trial

if TYPE_CHECKING:
    from nasplug.storage import Storage

Plugin = str | object


def search(
    space: Plugin,
    strategy: Plugin,
    *,
    budget: int | None = None,
    max_cost: float | None = None,
    seed: int = 0,
    space_options: dict[str, Any] | None = None,
    strategy_options: dict[str, Any] | None = None,
    middleware: Sequence[Plugin] = (),
    workers: int = 1,
    batch: int | None = None,
    epochs: int | None = None,
    device: str | None = None,
    latency: tuple[float, float] | None = None,
    timeout: float | None = None,
    retries: int = 0,
    asynchronous: bool = False,
    storage: str | os.PathLike[str] | None = None,
    name: str | None = None,
    resume: bool = False,
    observers: Sequence[object] = (),
) -> Result:
    """Returns the result of one search, when it has ended.

    `space`, `strategy` and the members of `middleware` are names (`cache`, `log:path=x`), `package.module:Class`, or
    instances. `budget` counts trials (default: what the space recommends, else 100, but none beside `max_cost`,
    in seconds of training); `batch` is how many are suggested at once (default: `workers`); `latency` bounds
    milliseconds on `device`; `timeout` ends an evaluation after so many seconds, in processes of their own.
    `storage` None keeps the trials in memory; `resume` goes on with the stored run `name`.
    `observers` are plugin instances that only watch; unlike middleware they are no part of what is stored and compared.
    Raises `NasplugError` for everything a user can mend.
    """
    wanted = _with_needed(list(middleware), max_cost, timeout)
    made_space = manager.make("space", space, space_options or {})
    advice = _advice(made_space, manager.name_of(space), manager.name_of(strategy))
    run_advice = {"batch": workers, "budget": DEFAULT_BUDGET} | {
        k: advice.pop(k) for k in ("batch", "budget") if k in advice
    }
    own = strategy_options or {}
    made_strategy = manager.make("strategy", strategy, advice | own if isinstance(strategy, str) else own)
    settings = Settings(
        space=manager.name_of(space),
        strategy=manager.name_of(strategy),
        space_options=plugin_options(made_space),
        strategy_options=plugin_options(made_strategy),
        middleware=[plugin if isinstance(plugin, str) else manager.name_of(plugin) for plugin in wanted],
        seed=seed,
        budget=run_advice["budget"] if budget is None and max_cost is None else budget,
        batch=run_advice["batch"] if batch is None else batch,
        epochs=epochs,
        device=device,
        latency_window=latency,
        steady=asynchronous,
        workers=workers,
        timeout=timeout,
        retries=retries,
    )
    outer = [*observers, *map(_middleware, wanted)]
    plugins = manager.build(made_space, made_strategy, outer, settings.space)
    if latency and device:
        plugins.register(LatencyWindow(plugins, *latency, device), "window")
    run = Run(name or f"{settings.space}-{settings.strategy}-{seed}", plugins.hook, settings, made_space)
    if storage is None:
        return _in_memory(run, resume)
    return _in_storage(run, os.fspath(storage), name, resume)


def _with_needed(wanted: list[Plugin], max_cost: float | None, timeout: float | None) -> list[Plugin]:
    """Adds the middleware that `max_cost` and `timeout` stand for."""
    if max_cost is not None:
        wanted.append(f"budget:max_cost={max_cost}")
    executors = ("processes", "ray")
    if timeout is not None and not any(
        manager.name_of(plugin).lower().partition(":")[0] in executors for plugin in wanted
    ):
        wanted.append("processes")  # only a process can be stopped in the middle of an evaluation
    return wanted


def _advice(space: object, name: str, strategy: str) -> dict[str, Any]:
    return dict(manager.build(space, space_name=name).hook.recommend(strategy=strategy) or {})


def _middleware(plugin: Plugin) -> object:
    if not isinstance(plugin, str):
        return manager.make("middleware", plugin, {})
    name, given = options.parse_plugin(plugin)
    return manager.make("middleware", name, given)


def _in_memory(run: Run, resume: bool) -> Result:
    if resume:
        raise UsageError("Only a stored run can be resumed: name the storage it is in.")
    trials: list[Trial] = []
    reason = Loop(run, trials.append, {}).execute()
    return _result(run, reason, sorted(trials, key=lambda trial: trial.number))


def _in_storage(run: Run, url: str, name: str | None, resume: bool) -> Result:
    from nasplug.storage import Storage  # SQLAlchemy, only where trials are stored

    storage = Storage(url)
    try:
        run.storage = storage.url
        key, stored = _resumed(storage, run, name) if resume else (_created(storage, run, name), [])
        loop = Loop(run, partial(storage.add, key), {trial.number: trial for trial in stored})
        reason = loop.execute()
        storage.end(key, reason)
        return _result(run, reason, storage.trials(key))
    finally:
        storage.close()


def _created(storage: "Storage", run: Run, name: str | None) -> int:
    if name is None:
        taken = {stored.name for stored in storage.all_runs()}
        run.name = next(free for i in count(1) if (free := f"{run.name}-{i}") not in taken)
    return storage.create(run.name, run.settings.identity())


def _resumed(storage: "Storage", run: Run, name: str | None) -> tuple[int, list[Trial]]:
    if name is None:
        raise UsageError("Which run is to be resumed? Add --name; 'nasplug runs' lists them.")
    stored = storage.run(name)
    wanted = run.settings.identity()
    changed = [
        f"{key} was {_words(stored.settings.get(key))}, now {_words(value)}"
        for key, value in wanted.items()
        if stored.settings.get(key) != value
    ]
    if changed:
        raise StorageError(
            f"The run {name!r} was started with other settings: {'; '.join(changed)}. "
            "Resume it with those it had, or start a new run under another name."
        )
    return stored.id, storage.trials(stored.id)


def _words(value: Any) -> str:
    return "none" if value is None else json.dumps(value)


def _result(run: Run, reason: str, trials: list[Trial]) -> Result:
    settings = run.settings
    return Result(run.name, settings.space, settings.strategy, settings.seed, trials, run.storage, reason)
