"""What a worker needs to make a run's space again, in another process or on another machine."""

import json
import pickle
import uuid
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs
import pluggy

from nasplug.errors import ConfigurationError, error_text
from nasplug.executors.by_value import importable, pickled
from nasplug.loading import discovery, manager, options
from nasplug.types import Run


@attrs.frozen
class SpaceRecipe:
    """The class of a run's space as `package.module:Class`, and its options; or `instance`, a pickle of the space.

    Recipes are equal where their ids are, since the values of options may be lists, which have no hash.
    """

    plugin: str
    options: dict[str, Any] = attrs.field(eq=False)
    instance: bytes | None = attrs.field(default=None, eq=False, repr=False)
    id: str = attrs.field(factory=lambda: uuid.uuid4().hex)

    @classmethod
    def of(cls, run: Run) -> "SpaceRecipe":
        """Returns the recipe of a run's space: of its name and options, or a pickle where the caller gave an instance.

        A pickle it is as well where name and options do not say all: for a class that a worker cannot import, an option
        that has a converter, or a value that JSON does not have. Raises `ConfigurationError` for what has no pickle.
        """
        kind, fields = type(run.space), options.fields(type(run.space))
        if not run.space_given and importable(kind) and not any(field.converter for field in fields.values()):
            with suppress(TypeError):
                plain = _to_plain({name: getattr(run.space, name) for name in fields})
                return cls(_name_of(kind), _from_plain(plain))  # with absolute paths
        return cls.of_instance(run.space)

    @classmethod
    def of_instance(cls, space: object) -> "SpaceRecipe":
        """Returns the recipe of a space as it is. Raises `ConfigurationError` where it cannot be pickled."""
        return cls(_name_of(type(space)), {}, pickled(space))

    def make(self) -> Any:
        """Returns a space of its own."""
        if self.instance is not None:
            return pickle.loads(self.instance)
        return discovery.load("space", self.plugin)(**self.options)  # they are converted already

    def to_json(self) -> str:
        """Returns the recipe as text. Raises `ConfigurationError` for a pickle, which stays in memory."""
        with suppress(TypeError):
            if self.instance is None:
                return json.dumps({"plugin": self.plugin, "options": _to_plain(self.options), "id": self.id})
        raise ConfigurationError(
            f"The space {self.plugin!r} cannot be written as text: it was given as an instance, or its code or an "
            "option has no text. Give its name and options, of a class that can be imported."
        )

    @classmethod
    def from_json(cls, text: str) -> "SpaceRecipe":
        """Returns the recipe that `to_json` wrote."""
        values = json.loads(text)
        return cls(**values | {"options": _from_plain(values["options"])})


@lru_cache(maxsize=1)
def hooks_of_space(recipe: SpaceRecipe) -> pluggy.HookRelay:
    """Returns the hooks of the space, which a worker makes once for all evaluations of a run.

    Raises `ConfigurationError` where this process cannot make it: no evaluation can succeed here.
    """
    try:
        space = recipe.make()
    except (ConfigurationError, MemoryError, OSError):
        raise
    except Exception as error:  # whatever an import, a constructor or __setstate__ raises
        raise ConfigurationError(
            f"A worker cannot make the space {recipe.plugin!r}: {error_text(error)}. "
            "It must be able to import all that the space needs."
        ) from error
    return manager.with_job(manager.build(space).hook)


def _name_of(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _to_plain(value: Any) -> Any:
    """Returns a value as JSON has it, with the names of the types that JSON lacks. Raises `TypeError` for any other."""
    if isinstance(value, Path):
        return {"path": str(value.absolute())}
    if type(value) is dict:
        return {"dict": [[_to_plain(key), _to_plain(part)] for key, part in value.items()]}
    if type(value) in (tuple, list):
        return {type(value).__name__: [_to_plain(part) for part in value]}
    if type(value) in (str, int, float, bool, type(None)):
        return value
    raise TypeError(f"JSON has no {type(value).__name__}")


def _from_plain(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    [(kind, content)] = value.items()
    if kind == "path":
        return Path(content)
    if kind == "dict":
        return {_from_plain(key): _from_plain(part) for key, part in content}
    return {"tuple": tuple, "list": list}[kind](map(_from_plain, content))
