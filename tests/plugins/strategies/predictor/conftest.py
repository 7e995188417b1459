"""What the tests of written training steps share."""

import pytest
import torch


@pytest.fixture
def differing():
    """Returns what differs between the steps of two passes: `scores`, and the numbers of parameters by their slopes."""

    def check(passes, slopes, samples, keep, slope):
        for each in passes.values():
            each.slope.copy_(slope)
            for operation in [*each.forward(samples, keep), *each.backward(keep)]:
                operation()
        pairs = {"scores": [each.scores for each in passes.values()]}
        pairs |= dict(enumerate(zip(*slopes.values(), strict=True)))
        return [name for name, pair in pairs.items() if not torch.allclose(*pair, atol=1e-6)]

    return check
