"""Going on with a stored run: what a request leaves open is taken from the run, what it says must agree."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from nasplug.engine.objectives import Goal
from nasplug.engine.request import RunRequest
from nasplug.engine.settings import OFF, Settings, sources
from nasplug.errors import NasplugError, StorageError, UsageError
from nasplug.loading import discovery, options
from nasplug.types import ACCURACY, Objective

log = logging.getLogger("nasplug")
GAINED: dict[str, list[str]] = {"objectives": [], "limits": [], "first": []}  # what settings of version 0.1 do not have
MAX_COST = "budget:max_cost="  # how `max_cost` is written as middleware
_UNCOMPARED = (
    "The run %r was stored by an older version of nasplug, which did not keep what its %s %r was made with: that "
    "cannot be compared."
)
Document = Mapping[str, Any]


def completed(request: RunRequest, stored: Document) -> RunRequest:
    """Returns the request to resume a run with its stored settings in place of what the request leaves open.

    Raises `UsageError` where a plugin of the run was an instance, which the caller must give again.
    """
    execution = stored.get("execution", {})
    _check_known(request, execution)
    settings = {
        "seed": stored["seed"], "batch": stored["batch"], "epochs": stored["epochs"], "device": stored["device"],
        "budget": stored["budget"], "latency_window": stored["latency_window"], "asynchronous": stored["steady"],
        "objectives": tuple(stored.get("objectives", ())), "limits": tuple(stored.get("limits", ())),
        "first": tuple(stored.get("first", ())), "workers": execution.get("workers"),
        "timeout": execution.get("timeout"), "retries": execution.get("retries"), "finals": execution.get("finals"),
        "max_failures": execution.get("max_failures"), "confirm": tuple(execution.get("confirm") or ()) or OFF,
        "known": tuple(execution.get("known", ())),
    }  # fmt: skip
    default = attrs.fields_dict(RunRequest)
    missing = {name: value for name, value in settings.items() if getattr(request, name) == default[name].default}
    if not request.middleware:
        texts, max_cost = _middleware(stored)
        missing |= {"middleware": texts} | ({"max_cost": max_cost} if request.max_cost is None else {})
    if isinstance(missing.get("latency_window"), list):
        missing["latency"] = tuple(missing["latency_window"])
    missing.pop("latency_window", None)
    for kind in ("space", "strategy"):
        missing |= _plugin(request, stored, kind)
    return attrs.evolve(request, **missing)


def _check_known(request: RunRequest, execution: Document) -> None:
    """Raises `UsageError` for known trials that the run was not told at its beginning."""
    before, now = execution.get("known"), sources(request.known)
    if request.known and before is not None and now != before:
        raise UsageError(
            f"Known trials are told when a run begins. This one was told {', '.join(before) or 'none'}, not "
            f"{', '.join(now)}: leave --known out, or start a new run under another name."
        )


def check_same(
    name: str, stored: Document, settings: Settings, main: Objective, plugins: Mapping[discovery.Kind, object]
) -> None:
    """Raises `StorageError` where settings or options decide other results than those that are stored."""
    requested = settings.identity() | objective_document(main)
    known = GAINED | {"objective": None} | dict(stored)
    for kind, plugin in plugins.items():
        key = f"{kind}_options"
        ignored = _ignored_options(type(plugin), known[key], requested[key])
        if arguments := _never_stored(plugin, stored, key, requested[key]):
            log.warning(_UNCOMPARED, name, kind, requested[kind])
            ignored |= arguments
        for values in (requested, known):
            values[key] = {option: value for option, value in values[key].items() if option not in ignored}
    known["middleware"] = [text for text in known["middleware"] if not _watches(text)]
    changed = [
        f"{key} was {_as_text(known.get(key))}, now {_as_text(value)}"
        for key, value in requested.items()
        if known.get(key) != value
    ]
    if changed:
        raise StorageError(
            f"The run {name!r} was started with other settings: {'; '.join(changed)}. "
            "Resume it with those it had, or start a new run under another name."
        )


def grown(settings: Settings, stored: Document, count_trials: Callable[[], int]) -> Settings:
    """Returns the settings of a run that goes on, with the budget that its strategy has planned with.

    `count_trials` is asked where the budget is smaller than before. Raises `UsageError` where there are more already.
    """
    before, now = stored["budget"], settings.budget
    if now is not None and (before is None or now < before) and now < (count := count_trials()):
        raise UsageError(f"The run has {count} trials already: wanted a budget of at least {count}, got {now}.")
    planned = stored.get("planned") or stored["budget"]
    return attrs.evolve(settings, planned=None if planned == settings.budget else planned)


def objective_document(main: Objective) -> dict[str, Any]:
    """Returns what the space's accuracy stands for, as JSON has it; None for accuracy in percent."""
    if main == ACCURACY:
        return {"objective": None}
    values = attrs.asdict(main)
    return {"objective": values | {bound: str(values[bound]) for bound in ("low", "high")}}  # JSON has no infinity


def main_objective(stored: Document) -> Objective:
    """Returns what the accuracy of a stored run stands for."""
    document = stored.get("objective")
    if document is None:
        return ACCURACY
    return Objective(**{**document, "low": float(document["low"]), "high": float(document["high"])})


def goal_of(stored: Document) -> Goal:
    """Returns the objectives and limits of a stored run."""
    return Goal.of(stored.get("objectives", ()), stored.get("limits", ()), main_objective(stored))


def _plugin(request: RunRequest, stored: Document, kind: discovery.Kind) -> dict[str, Any]:
    """Returns the stored name and options of a plugin that the request does not name; its own options override them."""
    name, given = getattr(request, kind), getattr(request, f"{kind}_options")
    if name is not None and name != stored[kind]:
        return {}  # `check_same` compares
    if name is None:
        _check_is_named(kind, stored[kind])
    kept = {key: _unlisted(value) for key, value in stored[f"{kind}_options"].items()}
    return {kind: stored[kind] if name is None else name, f"{kind}_options": kept | (given or {})}


def _check_is_named(kind: discovery.Kind, name: str) -> None:
    try:
        discovery.find(kind, name)
    except NasplugError:
        raise UsageError(
            f"The {kind} of the run was {name!r}, which is not installed: it was an instance of a program, or it was "
            f"uninstalled since. Give the {kind} again."
        ) from None


def _middleware(stored: Document) -> tuple[tuple[str, ...], float | None]:
    """Returns the stored middleware, without what `timeout` and `max_cost` stand for, and the `max_cost`."""
    execution = stored.get("execution", {})
    texts = _named(execution.get("middleware", stored["middleware"]))
    if execution.get("timeout") is not None and "processes" in texts:
        texts.remove("processes")
    bounds = [text for text in texts if text.startswith(MAX_COST)]
    others = tuple(text for text in texts if not text.startswith(MAX_COST))
    return others, float(bounds[-1].removeprefix(MAX_COST)) if bounds else None


def _named(texts: Iterable[str]) -> list[str]:
    """Returns what is installed of the stored middleware; `check_same` refuses to go on without what decides results.

    Logs what else is left out.
    """
    installed = {plugin.name for plugin in discovery.installed("middleware")}
    names = {text: options.parse_plugin(text)[0] for text in texts}
    missing = [text for text, name in names.items() if ":" not in name and name not in installed]
    if missing:
        log.warning("Not installed, and left out at the resume: the middleware %s.", ", ".join(missing))
    return [text for text in texts if text not in missing]


def _ignored_options(plugin: type, stored: Document, requested: Document) -> set[str]:
    """Returns the options that decide no result, and those that the plugin has gained since, at their default."""
    fields, gained = options.fields(plugin), requested.keys() - stored.keys()
    return options.outside_identity(plugin) | {
        option for option in gained if option in fields and requested[option] == fields[option].default
    }


def _never_stored(plugin: object, stored: Document, key: str, requested: Document) -> set[str]:
    """Returns the arguments of an instance of a plain class, of which version 0.1 stored none."""
    arguments = requested.keys() - options.fields(type(plugin)).keys()
    is_older = not GAINED.keys() <= stored.keys()
    return arguments if is_older and arguments.isdisjoint(stored[key]) else set()


def _watches(text: str) -> bool:
    """Returns whether results do not depend on the middleware of that name; what is not installed decides them."""
    try:
        return bool(getattr(discovery.load("middleware", options.parse_plugin(text)[0]), "watches", False))
    except NasplugError:
        return False


def _unlisted(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _as_text(value: Any) -> str:
    return "none" if value is None else json.dumps(value)
