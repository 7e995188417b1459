"""What the tests of written training steps share."""

import pytest
import torch


@pytest.fixture
def equal_steps():
    """Asserts that two passes give equal scores and write equal slopes."""

    def check(passes, slopes, samples, keep, slope):
        scores = [each.forward(samples, keep).clone() for each in passes.values()]
        assert torch.allclose(*scores, atol=1e-6)
        for each in passes.values():
            each.backward(slope.clone())
        for found, wanted in zip(*slopes.values(), strict=True):
            assert torch.allclose(found, wanted, atol=1e-6)

    return check
