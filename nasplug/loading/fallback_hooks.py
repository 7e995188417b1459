"""The answers of the core where no plugin has one: a plugin of its own, asked last."""

from collections.abc import Sequence
from typing import Any, NoReturn

import attrs

from nasplug import hookimpl
from nasplug.errors import Unsupported
from nasplug.types import Architecture

last = hookimpl(trylast=True)


@attrs.define(eq=False)
class Defaults:
    """Gives every architecture a canonical form and a description, and says clearly what the space cannot do."""

    space: str

    @last
    def canonical(self, architecture: Architecture) -> str:
        return str(architecture)

    @last
    def describe(self, architecture: Architecture) -> str:
        return str(architecture)

    @last
    def encode_graph(self, architectures: Sequence[Architecture]) -> Any:
        self._refuse("encode architectures as graphs, which predictors need", "encode_graph")

    @last
    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        """Raises `Unsupported`, for no plugin knows the device."""
        raise Unsupported(
            f"The space {self.space!r} cannot tell latencies on the device {device!r}: no plugin of this run knows "
            f"it. 'nasplug show {self.space}' names the space's devices, where it has any."
        )

    @last
    def evaluate(self, architecture: Architecture, purpose: str) -> Any:
        self._refuse(f"evaluate {architecture} for the purpose {purpose!r}", "evaluate")

    @last
    def draw(self, architecture: Architecture) -> str:
        self._refuse("draw architectures", "draw")

    @last
    def build_network(self, architecture: Architecture) -> Any:
        self._refuse("build networks", "build_network")

    def _refuse(self, what: str, hook: str) -> NoReturn:
        raise Unsupported(f"The space {self.space!r} cannot {what}: no plugin of this run answers the hook {hook!r}.")
