"""What a worker needs to make a run's space again, in another process or on another machine."""

import json
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs
import pluggy

from nasplug.errors import ConfigurationError
from nasplug.loading import manager, options
from nasplug.types import Run


@attrs.frozen
class SpaceRecipe:
    """The class of a run's space as `package.module:Class`, and its options.

    Recipes are equal where their ids are, since the values of options may be lists, which have no hash.
    """

    plugin: str
    options: dict[str, Any] = attrs.field(eq=False)
    id: str = attrs.field(factory=lambda: uuid.uuid4().hex)

    @classmethod
    def of(cls, run: Run) -> "SpaceRecipe":
        """Returns the recipe of a run's space. Raises `ConfigurationError` for a class that cannot be imported."""
        kind = type(run.space)
        if kind.__module__ == "__main__" or "<locals>" in kind.__qualname__:
            raise ConfigurationError(
                f"Worker processes cannot import the space {kind.__qualname__!r}: it is defined in {kind.__module__}. "
                "Move it to a module, or leave 'processes' and --timeout out."
            )
        values = {name: getattr(run.space, name) for name in options.fields(kind)}
        return cls(f"{kind.__module__}:{kind.__qualname__}", values)

    def to_json(self) -> str:
        """Returns the recipe as text. Raises `ConfigurationError` for an option that is no text, number or path."""
        return json.dumps(
            attrs.asdict(self, recurse=False) | {"options": {k: _to_plain(k, v) for k, v in self.options.items()}}
        )

    @classmethod
    def from_json(cls, text: str) -> "SpaceRecipe":
        """Returns the recipe that `to_json` wrote."""
        return cls(**json.loads(text))


@lru_cache(maxsize=1)
def hooks_of_space(recipe: SpaceRecipe) -> pluggy.HookRelay:
    """Returns the hooks of the space, which a worker makes once for all evaluations of a run."""
    return manager.build(manager.make("space", recipe.plugin, recipe.options)).hook


def _to_plain(name: str, value: Any) -> Any:
    """Returns the value of an option as JSON has it; `options.make` reads it like a user's text."""
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, str | int | float | None):
        return value
    raise ConfigurationError(f"The space's option {name} is a {type(value).__name__}, which cannot travel to a worker.")
