"""What was made of graphs is kept where it is asked for again, and dropped with the graphs."""

import pytest
import torch
from nasplug_strategies.predictor.graphs import memo as module
from nasplug_strategies.predictor.graphs.dense_graphs import dense
from nasplug_strategies.predictor.graphs.distinct_states import states_of
from nasplug_strategies.predictor.graphs.memo import kept, remembered
from nasplug_strategies.predictor.graphs.structural_features import structure_of


@pytest.fixture
def graphs(toy_batch):
    return dense(toy_batch(12)[0])


def test_what_is_asked_for_twice_is_kept_while_the_graphs_live(graphs, toy_batch):
    made, own = [], dense(toy_batch(3)[0])
    before = len(module._known)
    assert [remembered(own, "key", lambda: made.append(1) or len(made)) for _ in range(4)] == [1, 2, 2, 2]
    assert remembered(own, "other", lambda: "made") == "made"
    assert remembered(graphs, "key", lambda: "of others") == "of others"
    assert len(module._known) == before + 2
    del own
    assert len(module._known) == before + 1


def test_too_many_are_made_anew(graphs, monkeypatch):
    monkeypatch.setattr(module, "MOST", 11)
    made = []
    assert [remembered(graphs, "key", lambda: made.append(1) or len(made)) for _ in range(3)] == [1, 2, 3]


def test_what_is_kept_at_once_is_made_once(graphs, monkeypatch):
    made = []
    assert [kept(graphs, "key", lambda: made.append(1) or len(made)) for _ in range(3)] == [1, 1, 1]
    monkeypatch.setattr(module, "MOST", 11)
    assert [kept(graphs, "other", lambda: made.append(1) or len(made)) for _ in range(3)] == [2, 3, 4]


@pytest.mark.parametrize(
    "make",
    [lambda graphs: structure_of(graphs, 5), lambda graphs: states_of(graphs, "row", 3)],
    ids=["structure", "states"],
)
def test_what_is_made_of_graphs_is_kept_from_the_second_time_on(graphs, make):
    once, twice, thrice = (make(graphs) for _ in range(3))
    assert once is not twice is thrice


def test_normalisations_are_told_apart(graphs):
    found_by = {n: [states_of(graphs, n, 3) for _ in range(3)][-1] for n in ("row", "none")}
    assert not torch.equal(*(found.convolutions[0][0].weights for found in found_by.values()))
