"""A quick order of a pool, from a few accuracies."""

import numpy as np
import pytest
import torch
from nasplug_strategies.neural.pool import Pool
from nasplug_strategies.neural.shortlist import quick_order

from nasplug import hookimpl


@pytest.fixture
def cells(toy_space, toy_accuracy):
    """Pools of so many toy cells, and the accuracies."""

    def make(count, seed, space=None):
        space, rng = space or toy_space(), np.random.default_rng(seed)
        architectures = [space.sample(rng) for _ in range(count)]
        return Pool.encoded(space, architectures), [toy_accuracy(a) for a in architectures]

    return make


def test_the_better_cells_come_first(cells):
    (pool, accuracies), samples = cells(1000, 0), cells(40, 1)
    order = quick_order(pool, *samples, "best")
    assert sorted(order) == list(range(1000))
    best = set(np.argsort(accuracies)[-50:].tolist())
    assert len(best & set(order[:200])) >= 45


def test_the_order_does_not_depend_on_the_threads_of_torch(cells):
    (pool, _), samples = cells(3000, 0), cells(60, 1)
    threads, orders = torch.get_num_threads(), []
    for count in (1, 2):
        torch.set_num_threads(count)
        orders.append(quick_order(pool, *samples, "best"))
        assert torch.get_num_threads() == count
    torch.set_num_threads(threads)
    assert orders[0] == orders[1]


def test_equal_accuracies_leave_the_pool_in_its_own_order(cells):
    (pool, _), (samples, accuracies) = cells(20, 0), cells(10, 1)
    assert quick_order(pool, samples, [70.0] * len(accuracies), "best") == list(range(20))


@pytest.mark.parametrize(("preset", "sees"), [("best", True), ("paper", False)])
def test_features_of_a_space_count_where_the_preset_reads_them(cells, toy_space, preset, sees):
    class Featured(toy_space):
        @hookimpl
        def features(self, architectures):
            return np.array([[sum(a.code)] for a in architectures], np.float32)

    (pool, _), (samples, accuracies) = cells(300, 0, Featured()), cells(30, 1, Featured())
    plain = quick_order(Pool(pool.architectures, pool.graphs, None), Pool([], samples.graphs, None), accuracies, preset)
    assert (quick_order(pool, samples, accuracies, preset) != plain) == sees
