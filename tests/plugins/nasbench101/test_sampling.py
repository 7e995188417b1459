"""Sampling and mutation: laws, determinism, and flip rates against the exact conditional distribution."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.sampling import Spec, mutate, sample

SEEDS = st.integers(0, 2**32 - 1)
VALID = bitmask.is_valid(np.arange(1 << bitmask.SLOTS))  # by edges


@given(SEEDS)
def test_samples_and_their_children_are_valid(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parent = sample(rng)
    child = mutate(parent, rng, 1 / 14, 1 / 10)
    assert bitmask.is_valid(parent.edges)
    assert bitmask.is_valid(child.edges)
    assert child != parent
    assert Spec.from_code(child.code) == child


@given(SEEDS)
def test_only_the_generator_decides(seed: int) -> None:
    first, second = np.random.default_rng(seed), np.random.default_rng(seed)
    parent = sample(first)
    assert sample(second) == parent
    assert mutate(parent, first, 0.2, 0.3) == mutate(parent, second, 0.2, 0.3)


def test_samples_follow_the_uniform_distribution_of_valid_specifications() -> None:
    valid = np.flatnonzero(VALID)
    expected = (valid[:, None] >> np.arange(bitmask.SLOTS) & 1).mean(axis=0)  # [21]
    rng = np.random.default_rng(0)
    drawn = [sample(rng) for _ in range(20_000)]
    assert_close(np.array([spec.code[:21] for spec in drawn]).mean(axis=0), expected, len(drawn))
    ops = np.array([spec.ops for spec in drawn])
    for op in range(3):
        assert_close((ops == op).mean(axis=0), np.full(5, 1 / 3), len(drawn))


def test_flip_rates_are_those_of_the_conditional_distribution() -> None:
    parent = Spec(bitmask.from_bits([1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1]), (0, 1, 2, 0, 1))
    assert bitmask.is_valid(parent.edges)
    rng = np.random.default_rng(0)
    children = [mutate(parent, rng, 1 / 14, 1 / 10) for _ in range(40_000)]
    edge_rates, op_rate = exact_rates(parent, 1 / 14, 1 / 10)
    flipped = np.array([bitmask.to_bits(child.edges ^ parent.edges) for child in children])
    assert_close(flipped.mean(axis=0), edge_rates, len(children))
    changed = np.array([child.ops for child in children]) != np.array(parent.ops)
    assert_close(changed.mean(axis=0), np.full(5, op_rate), len(children))


def test_a_changed_operation_becomes_each_of_the_others_equally_often() -> None:
    rng = np.random.default_rng(3)
    parent = sample(rng)
    ops = np.array([mutate(parent, rng, 1 / 14, 1 / 2).ops for _ in range(20_000)])
    for v, op in enumerate(parent.ops):
        changed = ops[:, v][ops[:, v] != op]
        assert_close(np.array([(changed == (op + 1) % 3).mean()]), np.array([0.5]), len(changed))


def exact_rates(parent: Spec, p: float, q: float) -> tuple[np.ndarray, float]:
    """Returns the chance of each edge `[21]` and of any operation to change, given a valid child other than the parent.

    Summed over all 2²¹ sets of flipped edges.
    """
    flips = np.arange(1 << bitmask.SLOTS)
    count = np.bitwise_count(flips)
    chance = p**count * (1 - p) ** (bitmask.SLOTS - count) * VALID[parent.edges ^ flips]
    stays = (1 - q) ** 5
    chance_of_edges = np.where(flips == 0, chance * (1 - stays), chance)  # flips nothing: an operation must change
    total = chance_of_edges.sum()
    by_edge = np.array([chance_of_edges[(flips >> slot & 1) == 1].sum() for slot in range(bitmask.SLOTS)]) / total
    return by_edge, q * chance.sum() / total


def assert_close(observed: np.ndarray, expected: np.ndarray, draws: int) -> None:
    """Fails where a frequency is more than 4.5 standard errors off."""
    error = np.sqrt(expected * (1 - expected) / draws)
    assert (np.abs(observed - expected) <= 4.5 * error + 1e-12).all(), (observed - expected) / error


def test_exact_rates_on_a_case_done_by_hand() -> None:
    """A cell that no flip of two edges can break: conditioning on "not the parent" alone divides by 1 − P(nothing)."""
    parent = Spec(bitmask.from_bits([0, 0, 0, 0, 0, 1] + [0] * 15), (0, 0, 0, 0, 0))  # input → output only
    broken = [a for a in range(bitmask.SLOTS) if not bitmask.is_valid(parent.edges ^ 1 << a)]
    assert broken == [5]  # only the edge itself is needed
    assert all(
        bitmask.is_valid(parent.edges ^ 1 << a ^ 1 << b) for a, b in combinations(range(21), 2) if 5 not in (a, b)
    )
