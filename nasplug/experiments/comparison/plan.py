"""What a comparison is: a space, strategies, repeats and a budget. Stored in the folder of the comparison."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from nasplug.engine.objectives import Goal
from nasplug.engine.request import RunRequest
from nasplug.engine.resume import GAINED, goal_of, objective_document
from nasplug.engine.settings import OFF
from nasplug.errors import StorageError, UsageError, error_text
from nasplug.experiments.comparison.contender import Contender, parse_contenders
from nasplug.storage.atomic_files import write_atomically
from nasplug.types import ACCURACY, Objective

FILE_NAME = "comparison.json"
SEED_LIMIT = 2**63  # of the integers in a table


@attrs.frozen(kw_only=True)
class Plan:
    """All that decides the trials of a comparison. Raises `UsageError` for values out of bounds."""

    space: str
    strategies: tuple[str, ...]  # with their options, as `NAME[:key=value,…]`
    repeats: int  # independent searches of each strategy
    budget: int  # trials of each search
    seed: int = 0  # of the first repeat of every strategy; repeat r has `seed` + r
    epochs: int | None = None  # length of every training, None for the space's own
    device: str | None = None  # where every architecture's latency is measured
    latency_window: tuple[float, float] | None = attrs.field(default=None, alias="latency")  # in ms on `device`
    space_options: dict[str, str] = attrs.field(factory=dict)
    objectives: tuple[str, ...] = ()  # what is searched for, the main one first; none means the space's own
    limits: tuple[str, ...] = ()  # what every architecture must keep

    def __attrs_post_init__(self) -> None:
        for name, least in (("repeats", 1), ("budget", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise UsageError(f"{name} must be at least {least}, got {getattr(self, name)}.")
        if self.seed + self.repeats > SEED_LIMIT:
            raise UsageError(f"The last seed must be below {SEED_LIMIT}, got {self.seed + self.repeats - 1}.")
        if not self.strategies:
            raise UsageError("There is nothing to compare. Name at least one --strategy.")

    def check_marks(self, marks: Sequence[int]) -> None:
        """Raises `UsageError` where one of these numbers of trainings is beyond the axis of the figure."""
        if outside := [mark for mark in marks if not 1 <= mark <= self.budget]:
            raise UsageError(f"--mark is a number of trainings from 1 to the budget {self.budget}, got {outside[0]}.")

    @property
    def contenders(self) -> list[Contender]:
        """The strategies, parsed."""
        return parse_contenders(self.strategies)

    def request(self, contender: Contender, number: int = 0, space: object | None = None) -> RunRequest:
        """Returns the request of repeat `number` of a strategy, for `space` where that is an instance made before."""
        return RunRequest(
            space or self.space,
            contender.strategy,
            space_options=None if space else self.space_options,
            strategy_options=contender.options,
            budget=self.budget,
            seed=self.seed + number,
            workers=1,
            epochs=self.epochs,
            device=self.device,
            latency=self.latency_window,
            objectives=self.objectives,
            limits=self.limits,
            confirm=OFF,  # what is compared are searches, at equal cost
            name=contender.text,
        )

    @classmethod
    def load(cls, folder: Path) -> "Plan":
        """Returns the plan that is stored in a folder. Raises `StorageError` where there is none."""
        values = _read(folder / FILE_NAME)["plan"]
        try:
            window = values["latency"] and tuple(values["latency"])
            listed = {name: tuple(values[name]) for name in ("strategies", "objectives", "limits") if name in values}
            return cls(**values | listed | {"latency": window})
        except (KeyError, TypeError) as error:
            raise _unreadable(folder / FILE_NAME, error) from error

    def store(self, folder: Path, versions: dict[str, str], marks: dict[str, int], main: Objective = ACCURACY) -> None:
        """Stores the plan in a folder; where that holds repeats already, makes sure that they are of the same plan.

        The same plan may have other `repeats` and `strategies`, also from other distributions.

        Args:
            versions: the version of each distribution that takes part
            marks: after how many trials each strategy begins to predict, for those that do
            main: what the space's accuracy stands for

        Raises:
            StorageError: where the repeats are of another plan, with the differences
        """
        path = folder / FILE_NAME
        named = {field.alias: getattr(self, field.name) for field in attrs.fields(Plan)}
        values: dict[str, Any] = json.loads(json.dumps(named))  # lists for tuples, as in the file
        document = {"plan": values, "versions": versions, "marks": marks} | objective_document(main)
        if any(folder.glob("repeats/*/*.json")):
            stored = _read(path)
            if differences := _differences(stored, document):
                raise StorageError(
                    f"{folder} holds another comparison: {'; '.join(differences)}. "
                    "Repeat it as it was, or name another --out."
                )
            document["versions"] = stored["versions"] | versions  # with those of earlier strategies
            document["marks"] = stored["marks"] | marks
        write_atomically(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def load_marks(folder: Path) -> dict[str, int]:
    """Returns after how many trials each strategy of the comparison in `folder` begins to predict, if it does."""
    return dict(_read(folder / FILE_NAME)["marks"])


def load_goal(folder: Path) -> Goal:
    """Returns the objectives and limits of the comparison in `folder`."""
    stored = _read(folder / FILE_NAME)
    return goal_of(stored["plan"] | {"objective": stored["objective"]})


def _read(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = {"objective": None} | json.loads(path.read_text(encoding="utf-8"))
        return {name: document[name] for name in ("plan", "versions", "marks", "objective")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> StorageError:
    return StorageError(f"{path} is no plan of a comparison ({error_text(error)}). Name another folder.")


def _differences(stored: dict[str, Any], document: dict[str, Any]) -> list[str]:
    stored_plan = GAINED | stored["plan"]
    plan = [(key, stored_plan.get(key), value) for key, value in document["plan"].items()]
    pairs = [pair for pair in plan if pair[0] not in ("repeats", "strategies")]  # every strategy has its own files
    pairs.append(("objective", stored["objective"], document["objective"]))
    old_versions = stored["versions"]
    pairs += [(name, old_versions[name], new) for name, new in document["versions"].items() if name in old_versions]
    return [f"{key} was {json.dumps(old)}, now {json.dumps(new)}" for key, old, new in pairs if old != new]
