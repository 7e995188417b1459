"""Table 1."""

import pytest
from nasplug_strategies.predictor.sizes import representation_size


@pytest.mark.parametrize(("n", "size"), [(43, 48), (86, 72), (129, 96), (172, 144), (344, 210), (860, 320)])
def test_table_1(n, size):
    assert representation_size(n) == size


def test_between_and_outside():
    assert representation_size(107) in (83, 84)
    assert representation_size(5) == 48
    assert representation_size(5000) == 320
