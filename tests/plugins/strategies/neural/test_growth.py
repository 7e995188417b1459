"""What a pool grows to, by predictions that are known: in place of a fit, a formula of the code."""

from types import SimpleNamespace

import numpy as np
import pytest
from nasplug_strategies.neural import growth as module
from nasplug_strategies.neural.growth import FAMILIES, Growth, alternating
from nasplug_strategies.neural.pool import Pool, keeps_limits

from nasplug import Architecture, SpaceExhausted, hookimpl
from nasplug.testing import Toy

LAYERS, OPERATIONS = 10, 5


class Wide(Toy):
    """A toy space that does not enumerate, of 5¹⁰ codes; equal architectures are encoded alike, and cheaply."""

    @hookimpl
    def enumerate_space(self):
        return None


SPACE = Wide(layers=LAYERS, operations=OPERATIONS)


@pytest.fixture(autouse=True)
def unencoded(monkeypatch):
    """Pools without graphs: a formula reads codes."""
    monkeypatch.setattr(Pool, "encoded", lambda hook, architectures: Pool(list(architectures), None, None))


def total(pool):
    return np.array([[float(sum(architecture.code)) for architecture in pool.architectures]])


def random_pool(count, seed=0):
    rng = np.random.default_rng(seed)
    return Pool([SPACE.sample(rng) for _ in range(count)], None, None)


def grown(most=5000, predict=total, space=SPACE, pool=None, trained=None, seed=0, **run):
    """Returns a growth that began with random architectures and has grown, and how many were predicted."""
    calls = []

    def counted(some):
        calls.append(len(some.architectures))
        return predict(some)

    run = SimpleNamespace(hook=space, **{"limits": (), "device": None} | run)
    pool, trained = pool or random_pool(200), trained or random_pool(20, seed=1)
    forms = {space.canonical(architecture=a) for a in (*pool.architectures, *trained.architectures)}
    growth = Growth(run, counted, forms, np.random.default_rng(seed))
    growth.begin(pool, trained)
    growth.grow(most)
    return growth, sum(calls)


def test_mutants_climb_beyond_the_best_of_many_more_random_ones():
    best = next(grown()[0].order())
    assert total(Pool([best], None, None)).max() > total(random_pool(5000, seed=2)).max()


def test_a_bound_of_predictions_is_kept():
    for most in (0, 1, 250, 400):
        assert grown(most)[1] == 200 + 20 + most


def test_it_ends_where_predictions_rise_no_more():
    _, calls = grown(most=100_000)
    assert calls < 10_000
    _, calls = grown(most=100_000, predict=lambda pool: 0.0 * total(pool))
    assert calls == 200 + 20 + module.PATIENCE * module.ROUND


def test_every_network_comes_once_and_what_is_trained_not_at_all():
    trained = random_pool(20, seed=1)
    growth, calls = grown(trained=trained)
    forms = [SPACE.canonical(architecture) for architecture in growth.order()]
    assert len(set(forms)) == len(forms) == calls - 20
    assert not {SPACE.canonical(architecture) for architecture in trained.architectures} & set(forms)


def test_the_first_of_the_order_are_of_different_families():
    growth, _ = grown()
    rows = {architecture: row for row, architecture in enumerate(growth.architectures)}
    families = [growth.family[rows[architecture]] for architecture in growth.order()]
    assert len(set(families[:FAMILIES])) == FAMILIES


def test_families_begin_with_random_architectures_and_with_trained_ones():
    growth, _ = grown()
    beginnings = {growth.family[row] for row in range(220, len(growth.family))}
    assert len(beginnings) == FAMILIES
    assert 0 < sum(row in growth.trained for row in beginnings) < FAMILIES


def test_the_same_generator_grows_the_same_pool():
    first, again, other = (list(grown(seed=seed)[0].order()) for seed in (3, 3, 4))
    assert first == again != other


def test_mutants_keep_the_limits_that_are_known_without_a_training():
    growth, _ = grown(limits=("parameters<=21000", "loss<=3"))
    assert {architecture for architecture in growth.order() if sum(architecture.code) > 20} <= set(
        random_pool(200).architectures
    )
    assert len(growth.architectures) > 300


@pytest.mark.parametrize(
    ("limit", "device", "holds"),
    [
        ("parameters<=4000", None, True),
        ("parameters<=3999", None, False),
        ("loss<=1", None, True),
        ("latency<=12.5", None, True),
        ("latency<=12.5", "toyphone", False),
        ("latency<=13", "toyphone", True),
    ],
)
def test_a_limit_holds_as_far_as_it_is_known(limit, device, holds):
    run = SimpleNamespace(hook=SPACE, limits=(limit,), device=device)
    assert keeps_limits(run, Architecture("toy", (3, *[0] * (LAYERS - 1)))) == holds


def test_parents_without_a_neighbour_inside_the_bounds_have_no_mutants():
    class Bounded(Wide):
        def mutate(self, architecture, rng):
            if architecture.code[0] != 4:
                raise SpaceExhausted("nothing inside")
            return super().mutate(architecture, rng)

    growth, _ = grown(space=Bounded(layers=LAYERS, operations=OPERATIONS), most=500)
    parents = {growth.family[row] for row in range(220, len(growth.family))}
    assert parents
    assert all(growth.architectures[row].code[0] == 4 for row in parents)


def test_a_pool_without_neighbours_stays_as_it_is():
    class Closed(Wide):
        def mutate(self, architecture, rng):
            raise SpaceExhausted("nothing inside")

    growth, calls = grown(space=Closed(layers=LAYERS, operations=OPERATIONS))
    assert (calls, len(list(growth.order()))) == (220, 200)


def test_rows_alternate_between_means_and_what_explores():
    assert alternating(np.array([[1.0, 3.0, 2.0]])) == [1, 2, 0]
    assert alternating(np.array([[1.0, 3.0, 2.0], [5.0, 3.0, 4.0]])) == [1, 0, 2]
