"""What figures, tables and reports call the values of an objective."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from nasplug.types import Objective, Trial

if TYPE_CHECKING:
    from nasplug.engine.objectives import Goal
    from nasplug.engine.result import Best

WITHOUT_IMAGES = ("parameters", "multiply_adds", "latency", "cost")  # the same in a search and in a final evaluation


def searched_name(objective: Objective) -> str:
    """Returns what to call the objective's values of a search, `validation accuracy` for instance."""
    return _with_split("validation", objective)


def reported_name(objective: Objective, sources: Iterable[str] = ()) -> str:
    """Returns what to call the objective's values of final evaluations from these `source`s.

    A surrogate has no test images: its values are predictions.
    """
    surrogate = next((source for source in sources if "surrogate" in source), None)
    return f"predicted {searched_name(objective)} ({surrogate})" if surrogate else _with_split("test", objective)


def with_unit(name: str, objective: Objective) -> str:
    """Returns a name with the objective's unit, for axes and headings: `accuracy (%)`."""
    return f"{name} ({objective.unit})" if objective.unit else name


def axis(objective: Objective) -> str:
    """Returns what an axis with the objective's values of a search is called: `validation accuracy (%)`."""
    return with_unit(searched_name(objective), objective)


def best_lines(best: "Best") -> list[tuple[str, str]]:
    """Returns names and values of the best: main objective, searched and reported, latency, and why it is this one."""
    objective = best.objective
    reported = "not evaluated" if best.test is None else objective.text(best.test)
    lines = {searched_name(objective): objective.text(best.validation, best.standard_error)}
    lines.setdefault(reported_name(objective, [best.source]), reported)
    if best.latency is not None:
        lines["latency"] = f"{best.latency:.2f} ms"
    if best.chosen_by:
        lines["chosen by"] = best.chosen_by
    if best.breaks:
        lines["final evaluation"] = f"breaks a limit: {best.breaks}"
    return list(lines.items())


def limits_line(goal: "Goal") -> list[tuple[str, str]]:
    """Returns the limits of a run under their name; nothing where it has none."""
    return [("limits", ", ".join(map(str, goal.limits)))] if goal.limits else []


def counts(searched: Sequence[Trial]) -> str:
    """Returns how many trials there are, and how many of them have failed or are infeasible: `12, 1 failed`."""
    failed, infeasible = (sum(trial.state == state for trial in searched) for state in ("failed", "infeasible"))
    return f"{len(searched)}, {failed} failed" + (f", {infeasible} infeasible" if infeasible else "")


def _with_split(split: str, objective: Objective) -> str:
    name = objective.plain_name
    return name if objective.name in WITHOUT_IMAGES else f"{split} {name}"
