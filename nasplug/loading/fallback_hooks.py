"""The answers of the core where no other plugin has one: a plugin that is asked last."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

from nasplug.errors import Unsupported, did_you_mean
from nasplug.hookspecs import hookimpl
from nasplug.loading import discovery, options
from nasplug.types import Architecture

if TYPE_CHECKING:
    import pluggy

last = hookimpl(trylast=True)


@attrs.define(eq=False)
class FallbackHooks:
    """Gives every architecture a canonical form and a description, and says clearly what the space cannot do.

    `hook` is that of the manager in which this plugin is registered.
    """

    space: str
    hook: "pluggy.HookRelay"
    _devices: dict[str, Any] = attrs.field(factory=dict, init=False)

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
        """Measures with the installed device plugin of that name. Raises `Unsupported` where there is none."""
        latency: float | None = self._device(device).measure_latency(architecture=architecture, device=device)
        return latency

    @last
    def devices(self) -> list[str]:
        """Returns the names of the installed device plugins."""
        return [plugin.name for plugin in discovery.installed("device")]

    @last
    def evaluate(self, architecture: Architecture, purpose: str) -> Any:
        self._refuse(f"evaluate {architecture} for the purpose {purpose!r}", "evaluate")

    @last
    def draw(self, architecture: Architecture) -> str:
        self._refuse("draw architectures", "draw")

    @last
    def build_network(self, architecture: Architecture) -> Any:
        self._refuse("build networks", "build_network")

    def _device(self, name: str) -> Any:
        """Returns the device plugin of that name, made at its first use."""
        if name not in self._devices:
            if all(plugin.name != name for plugin in discovery.installed("device")):
                known = sorted({device for devices in self.hook.devices() for device in devices})
                raise Unsupported(
                    f"The space {self.space!r} cannot tell latencies on the device {name!r}: no plugin knows it."
                    f"{did_you_mean(name, known)} Known devices: {', '.join(known) or 'none'}."
                )
            self._devices[name] = plugin = options.make(discovery.load("device", name), {}, name)
            if hasattr(plugin, "attach"):
                plugin.attach(self.hook)
        return self._devices[name]

    def _refuse(self, what: str, hook: str) -> NoReturn:
        raise Unsupported(f"The space {self.space!r} cannot {what}: no plugin of this run answers the hook {hook!r}.")
