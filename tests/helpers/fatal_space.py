"""A toy space whose evaluation of 0,0,1 meets a fault, in a module that worker processes can import."""

import os
import signal
from typing import Any

import attrs
import toy

from nasplug import Evaluation, hookimpl, option


@attrs.define(eq=False)
class Fatal(toy.ToySpace):
    """`fault` is the name of the method that is called."""

    fault: str = option("", "which one")

    @hookimpl
    def evaluate(self, architecture: Any, purpose: Any, epochs: int | None, seed: int) -> Evaluation:
        if self.fault and architecture.code == (0, 0, 1):
            getattr(self, self.fault)()
        return super().evaluate(architecture, purpose, epochs, seed)

    def killed(self) -> None:
        """Is killed by the system."""
        os.kill(os.getpid(), signal.SIGKILL)

    def greedy(self) -> None:
        """Takes 3 GiB."""
        bytearray(3 * 2**30)

    def garbled(self) -> None:
        """Raises an error that no database takes as it is."""
        raise RuntimeError("\0\ud800" + "x" * 50_000)

    def chatty(self) -> None:
        """Prints 100 MB."""
        line = "loss " * 200 + "\n"
        for _ in range(100_000):
            print(line, end="")
