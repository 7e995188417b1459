"""The answers to hooks that no plugin of a run implements."""

from collections.abc import Sequence
from typing import Any, NoReturn

import attrs
import pluggy

from nasplug.errors import PluginError, Unsupported, did_you_mean
from nasplug.hookspecs import hookimpl
from nasplug.loading import discovery, options
from nasplug.types import Architecture

last = hookimpl(trylast=True)


@attrs.define(eq=False)
class FallbackHooks:
    """Answers the hooks that no other plugin of the run answers.

    `space` is the name of the space, for messages; `hook` is that of the manager in which this plugin is registered.
    """

    space: str
    hook: pluggy.HookRelay
    _devices: dict[str, Any] = attrs.field(factory=dict, init=False)

    @last
    def canonical(self, architecture: Architecture) -> str:
        """Returns the code: networks are equal where their codes are."""
        return str(architecture)

    @last
    def describe(self, architecture: Architecture) -> str:
        """Returns the code."""
        return str(architecture)

    @last
    def encode_graph(self, architectures: Sequence[Architecture]) -> Any:
        """Raises `Unsupported`: the space has no graphs."""
        self._refuse("encode architectures as graphs, which predictors need", "encode_graph")

    @last
    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        """Measures on the installed device of that name. Raises `Unsupported` where there is none."""
        if device not in self._devices:
            self._devices[device] = self._make_device(device)
        latency: float | None = self._devices[device].measure_latency(architecture=architecture, device=device)
        return latency

    @last
    def devices(self) -> list[str]:
        """Returns the names of the installed device plugins."""
        return [plugin.name for plugin in discovery.installed("device")]

    @last
    def evaluate(self, architecture: Architecture, purpose: str) -> Any:
        """Raises `PluginError`: whoever evaluates has answered None for this architecture."""
        raise PluginError(
            f"evaluate must return a nasplug.Evaluation; for {architecture} and the purpose {purpose!r} it returned "
            f"None. See that evaluate of the space {self.space!r} ends with a return."
        )

    @last
    def draw(self, architecture: Architecture) -> str:
        """Raises `Unsupported`: the space has no pictures."""
        self._refuse("draw architectures", "draw")

    @last
    def build_network(self, architecture: Architecture) -> Any:
        """Raises `Unsupported`: the space has no networks, which device plugins measure."""
        self._refuse("build networks", "build_network")

    def _make_device(self, name: str) -> Any:
        if all(plugin.name != name for plugin in discovery.installed("device")):
            known = sorted({device for devices in self.hook.devices() for device in devices})
            raise Unsupported(
                f"The space {self.space!r} cannot tell latencies on the device {name!r}: no plugin knows it."
                f"{did_you_mean(name, known)} Known devices: {', '.join(known) or 'none'}."
            )
        device = options.make(discovery.load("device", name), {}, name)
        if not callable(getattr(device, "measure_latency", None)):
            raise PluginError(f"The device {name!r} lacks measure_latency, which nasplug.plugin.Device describes.")
        if hasattr(device, "attach"):
            device.attach(self.hook)
        return device

    def _refuse(self, what: str, hook: str) -> NoReturn:
        raise Unsupported(f"The space {self.space!r} cannot {what}: no plugin of this run answers the hook {hook!r}.")
