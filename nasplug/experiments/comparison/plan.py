"""What a comparison is: the space, the strategies, how often and how long. Stored beside its files."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from nasplug.engine.request import RunRequest
from nasplug.errors import StorageError, UsageError
from nasplug.experiments.comparison.contender import Contender, parse_contenders
from nasplug.storage.atomic_files import write_atomically

NAME = "comparison.json"
LARGEST = 2**63  # what tables hold


@attrs.frozen(kw_only=True)
class Plan:
    """All that decides the trials of a comparison. Repeat r of every strategy has the seed `seed` + r.

    `latency` bounds milliseconds on `device`. Raises `UsageError` for values out of bounds.
    """

    space: str
    strategies: tuple[str, ...]
    repeats: int
    budget: int
    seed: int = 0
    epochs: int | None = None
    device: str | None = None
    latency: tuple[float, float] | None = None
    space_options: dict[str, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for name, least in (("repeats", 1), ("budget", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise UsageError(f"{name} must be at least {least}, got {getattr(self, name)}.")
        if self.seed + self.repeats > LARGEST:
            raise UsageError(f"The last seed must be below {LARGEST}, got {self.seed + self.repeats - 1}.")
        if not self.strategies:
            raise UsageError("Name at least one --strategy to compare.")

    def check_marks(self, marks: Sequence[int]) -> None:
        """Raises `UsageError` where one of these numbers of trainings is not on the axis of the figure."""
        if outside := [mark for mark in marks if not 1 <= mark <= self.budget]:
            raise UsageError(f"--mark is a number of trainings from 1 to the budget {self.budget}, got {outside[0]}.")

    @property
    def contenders(self) -> list[Contender]:
        """The strategies, parsed."""
        return parse_contenders(self.strategies)

    def request(self, contender: Contender, number: int = 0, space: object | None = None) -> RunRequest:
        """Returns what repeat `number` of a strategy asks for; `space` is an instance to use instead of making one."""
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
            latency=self.latency,
            name=contender.text,
        )

    @classmethod
    def of(cls, folder: Path) -> "Plan":
        """Returns the plan in the folder of a comparison. Raises `StorageError` where there is none."""
        values = _read(folder / NAME)["plan"]
        try:
            window = values["latency"] and tuple(values["latency"])
            return cls(**values | {"strategies": tuple(values["strategies"]), "latency": window})
        except (KeyError, TypeError) as error:
            raise _unreadable(folder / NAME, error) from error

    def keep(self, folder: Path, versions: dict[str, str], marks: dict[str, int]) -> None:
        """Writes the plan into a folder without repeats; in one with some, makes sure that they are of this plan.

        More `repeats` go on where fewer ended, and other `strategies` are new curves, also from packages that none came
        from before. `marks` is after how many trials each strategy predicts, where it does. Raises `StorageError` with
        what is different.
        """
        path = folder / NAME
        mine = {"plan": _values(self), "versions": versions, "marks": marks}
        if any(folder.glob("repeats/*/*.json")):
            stored = _read(path)
            if changed := _changed(stored, mine):
                raise StorageError(
                    f"{folder} holds another comparison: {'; '.join(changed)}. "
                    "Repeat it as it was, or name another --out."
                )
            mine["versions"] = stored["versions"] | versions  # also those of earlier strategies
            mine["marks"] = stored["marks"] | marks
        write_atomically(path, json.dumps(mine, indent=2, ensure_ascii=False) + "\n")


def marks_of(folder: Path) -> dict[str, int]:
    """Returns after how many trials a strategy of the comparison in `folder` predicts, for each that does."""
    return dict(_read(folder / NAME)["marks"])


def _values(plan: Plan) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(json.dumps(attrs.asdict(plan)))
    return values


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {name: found[name] for name in ("plan", "versions", "marks")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> StorageError:
    return StorageError(f"{path} is no plan of a comparison ({type(error).__name__}: {error}). Name another folder.")


def _changed(stored: dict[str, Any], mine: dict[str, Any]) -> list[str]:
    plan = [(key, stored["plan"].get(key), value) for key, value in mine["plan"].items()]
    pairs = [pair for pair in plan if pair[0] not in ("repeats", "strategies")]  # every strategy has files of its own
    known = stored["versions"]
    pairs += [(key, known[key], value) for key, value in mine["versions"].items() if key in known]
    return [f"{key} was {json.dumps(old)}, now {json.dumps(new)}" for key, old, new in pairs if old != new]
