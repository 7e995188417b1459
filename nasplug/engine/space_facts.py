"""What a space says of itself: fidelities, choices and its main figure, checked; and what fits them."""

from collections.abc import Sequence
from operator import lt
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from nasplug.errors import NasplugError, PluginError, error_text
from nasplug.types import ACCURACY, Architecture, Objective

if TYPE_CHECKING:
    import pluggy


@attrs.frozen(eq=False)
class SpaceFacts:
    """What fits a space.

    Args:
        hook: the hooks of the space
        space: how the user named it, for messages
        prefix: the name that it gives its architectures, which differs from `module:Class`
        epochs: for how long it can train, ascending; empty for any number
        continues: whether a training can be continued
        choices: how many values each place of a code has; None where codes are no product
    """

    hook: Any
    space: str
    prefix: str
    epochs: tuple[int, ...] = ()
    continues: bool = False
    choices: tuple[int, ...] | None = None

    @classmethod
    def of(cls, hook: Any, space: str = "", sample: Architecture | None = None) -> "SpaceFacts":
        """Returns what a space says of itself; a `sample` is drawn unless it is given. Raises `PluginError`."""
        prefix = sample.space if sample else space_of_architectures(hook)
        return cls(hook, space or prefix, prefix, *fidelities_of(hook), choices_of(hook))

    def parsed(self, text: str) -> Architecture:
        """Returns the architecture of a text, which may leave out the space. Raises `ValueError` for any other text."""
        architecture = Architecture.parse(text, self.prefix)
        self.check(architecture)
        return architecture

    def check(self, architecture: Architecture) -> None:
        """Raises `ValueError` where an architecture is none of the space, as far as its form tells."""
        code, choices = architecture.code, self.choices
        if architecture.space != self.prefix:
            raise ValueError(f"{architecture} is an architecture of {architecture.space!r}, not of {self.prefix!r}")
        if choices is None:
            return
        if len(code) != len(choices):
            raise ValueError(f"{architecture} has {len(code)} numbers, the space {self.space!r} wants {len(choices)}")
        if not all(map(lt, code, choices)) or min(code, default=0) < 0:
            place = next(place for place, value in enumerate(code) if not 0 <= value < choices[place])
            wanted = f"the space {self.space!r} has 0 to {choices[place] - 1} there"
            raise ValueError(f"{architecture} has {code[place]} at place {place + 1}, {wanted}")

    def check_epochs(self, epochs: int | None) -> None:
        """Raises `ValueError` where the space cannot train for so many epochs."""
        if epochs is not None and self.epochs and epochs not in self.epochs:
            lengths = ", ".join(map(str, self.epochs))
            raise ValueError(f"the space {self.space!r} cannot train for {epochs} epochs, but for {lengths}")

    def canonical(self, architecture: Architecture) -> str:
        """Returns the canonical form. Raises `ValueError` where the space refuses the architecture."""
        try:
            canonical = self.hook.canonical(architecture=architecture)
            self.hook.describe(architecture=architecture)  # not every space looks at the code for its canonical form
        except NasplugError:  # an InvalidArchitecture is a ValueError; any other one concerns all rows
            raise
        except Exception as error:  # a space may raise anything for a code that it does not expect
            raise ValueError(f"the space {self.space!r} refuses {architecture}: {error_text(error)}") from error
        return str(canonical)


def space_of_architectures(hook: Any) -> str:
    """Returns the name that a space gives its architectures, which differs from `module:Class` as it was named."""
    return str(hook.sample(rng=np.random.default_rng(0)).space)


def fidelities_of(hook: Any) -> tuple[tuple[int, ...], bool]:
    """Returns for how long a space can train, and whether a training can be continued. Raises `PluginError`."""
    answer = hook.fidelities()
    if answer is None:
        return (), False
    try:
        (*epochs,), continues = answer
    except (TypeError, ValueError):
        epochs, continues = [], None
    ascending = all(map(_is_integer, epochs)) and epochs == sorted({*epochs}) and min(epochs, default=1) > 0
    if not (ascending and isinstance(continues, bool | np.bool_)):
        wanted = "None or ((epochs, …), whether one can be continued) with ascending epochs"
        raise PluginError(wrong_answer(hook.fidelities, answer, wanted))
    return tuple(map(int, epochs)), bool(continues)


def choices_of(hook: Any) -> tuple[int, ...] | None:
    """Returns how many values each place of a code has; None where codes are no product. Raises `PluginError`."""
    answer = hook.choices()
    if answer is None:
        return None
    is_sequence = isinstance(answer, Sequence | np.ndarray) and not isinstance(answer, str)
    if not (is_sequence and all(_is_integer(count) and count > 0 for count in answer)):
        raise PluginError(wrong_answer(hook.choices, answer, "None or a tuple of integers above 0"))
    return tuple(map(int, answer))


def objective_of(hook: Any) -> Objective:
    """Returns what the accuracy of a space stands for. Raises `PluginError`."""
    answer = hook.objective()
    if isinstance(answer, Objective | None):
        return answer or ACCURACY
    raise PluginError(wrong_answer(hook.objective, answer, "None or a nasplug.Objective"))


def wrong_answer(caller: "pluggy.HookCaller", answer: object, wanted: str) -> str:
    """Returns that a hook has answered wrongly, and who implements it."""
    return f"{answerers(caller)} must return {wanted}; it returned {answer!r:.200}."


def answerers(caller: "pluggy.HookCaller") -> str:
    """Returns a hook and who implements it: `finalists of 'Halving'`."""
    plugins = [type(implementation.plugin).__name__ for implementation in reversed(caller.get_hookimpls())]
    return f"{caller.name} of {' or '.join(map(repr, plugins))}"


def _is_integer(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
