"""Ladders: chains of rungs, each with one operation. The accuracy is a formula, so that a search takes a moment."""

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from nasplug import Architecture, Evaluation, hookimpl, option


@attrs.define(eq=False)
class Ladder:
    """Chains of `rungs` operations out of four."""

    rungs: int = option(6, "how many operations a ladder has", validator=attrs.validators.ge(1))

    @hookimpl
    def sample(self, rng: np.random.Generator) -> Architecture:
        """Returns a uniform sample."""
        return Architecture("ladder", tuple(rng.integers(4, size=self.rungs).tolist()))

    @hookimpl
    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        """Returns the ladder with another operation on one rung."""
        code = list(architecture.code)
        rung = int(rng.integers(self.rungs))
        code[rung] = (code[rung] + 1 + int(rng.integers(3))) % 4
        return Architecture("ladder", tuple(code))

    @hookimpl
    def encode_graph(self, architectures: Sequence[Architecture]) -> Any:
        """Returns chains of one-hot operations."""
        import torch
        from torch_geometric.data import Batch, Data

        edges = torch.stack([torch.arange(self.rungs - 1), torch.arange(1, self.rungs)])
        operations = torch.nn.functional.one_hot(torch.tensor([a.code for a in architectures]), 4).float()
        return Batch.from_data_list([Data(x=x, edge_index=edges) for x in operations])

    @hookimpl
    def evaluate(self, architecture: Architecture, seed: int) -> Evaluation:
        """Returns an accuracy that rewards large and alternating operations, with noise from the seed."""
        alternating = sum(a != b for a, b in zip(architecture.code, architecture.code[1:], strict=False))
        noise = (seed % 100) / 100
        return Evaluation(50 + 5 * alternating + sum(architecture.code) + noise, 1.0, {}, "formula")
