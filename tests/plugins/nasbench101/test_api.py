"""The original library's queries, as its users know them."""

import random
from pathlib import Path

import numpy as np
import pytest
from nasbench101_official import INCEPTION
from nasplug_nasbench101 import api

from benchmarks import nasbench101_rows as real
from benchmarks import nasbench101_synthetic as synthetic

NAMES = ["conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"]
OPS = ["input", *[NAMES[op] for op in INCEPTION[1]], "output"]
DIRECT = api.ModelSpec([[0, 1, 1], [0, 0, 0], [0, 0, 0]], ["input", "conv3x3-bn-relu", "output"])


@pytest.fixture(scope="module")
def nasbench(tmp_path_factory: pytest.TempPathFactory) -> api.NASBench:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("api")
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        synthetic.write(folder / "nasbench.tfrecord", 30, epochs=(4, 108))
        return api.NASBench(str(folder / "nasbench.tfrecord"), seed=1)


def test_a_file_is_imported_at_its_first_use_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "small.tfrecord"
    synthetic.write(path, 3)
    first = api.NASBench(path)
    monkeypatch.setattr("nasplug_nasbench101.table.importing._write_table", lambda *_: pytest.fail("imported again"))
    assert list(api.NASBench(path).hash_iterator()) == list(first.hash_iterator())
    assert len(list(api.NASBench(first.table.path).hash_iterator())) == 3
    monkeypatch.setenv("HOME", str(tmp_path))
    assert list(api.NASBench("~/small.tfrecord").hash_iterator()) == list(first.hash_iterator())


def test_specifications_are_pruned() -> None:
    assert DIRECT.valid_spec
    assert DIRECT.ops == ["input", "output"]
    assert DIRECT.matrix.tolist() == [[0, 1], [0, 0]]
    assert DIRECT.original_ops == ["input", "conv3x3-bn-relu", "output"]
    assert DIRECT.hash_spec(NAMES) == "043721b9c7fe8c5fad811d47d83132ec"
    apart = api.ModelSpec([[0, 0], [0, 0]], ["input", "output"])
    assert not apart.valid_spec
    assert apart.matrix is apart.ops is None


def test_hashes_of_real_rows(shared_data: Path) -> None:
    rows = real.load(shared_data)
    cells = real.cells(rows, 300)
    assert [api.ModelSpec(c.matrix, c.names).hash_spec(NAMES) for c in cells] == rows["hash"][:300].tolist()


@pytest.mark.parametrize(
    ("matrix", "ops"),
    [
        ([[0, 1], [1, 0]], ["input", "output"]),
        ([[0, 1], [0, 0]], ["input"]),
        ([[0, 1]], ["input"]),
        ([[0]], ["input"]),
        ([], []),
        ([[0, 2], [0, 0]], ["input", "output"]),
        ([[0, -1], [0, 0]], ["input", "output"]),
        ([[0, float("nan")], [0, 0]], ["input", "output"]),
        ([["a", "b"], ["c", "d"]], ["input", "output"]),
    ],
)
def test_matrices_that_are_none_raise_value_errors(matrix: list[list[int]], ops: list[str]) -> None:
    with pytest.raises(ValueError, match="upper triangular|n × n"):
        api.ModelSpec(matrix, ops)


@pytest.mark.parametrize("kind", [float, bool, np.uint8])
def test_the_type_of_a_matrix_does_not_matter(kind: type) -> None:
    spec = api.ModelSpec(np.array(INCEPTION[0], kind), OPS)
    assert spec.hash_spec(NAMES) == api.ModelSpec(INCEPTION[0], OPS).hash_spec(NAMES)


def test_query_answers_with_one_of_the_three_trainings_and_counts_its_cost(nasbench: api.NASBench) -> None:
    fixed, computed = nasbench.get_metrics_from_spec(DIRECT)
    nasbench.reset_budget_counters()
    answers = [nasbench.query(DIRECT) for _ in range(60)]
    assert {a["test_accuracy"] for a in answers} == {t["final_test_accuracy"] for t in computed[108]}
    assert set(answers[0]) == {
        "module_adjacency",
        "module_operations",
        "trainable_parameters",
        "training_time",
        "train_accuracy",
        "validation_accuracy",
        "test_accuracy",
    }
    assert answers[0]["trainable_parameters"] == fixed["trainable_parameters"]
    seconds, epochs = nasbench.get_budget_counters()
    assert seconds == pytest.approx(sum(a["training_time"] for a in answers))
    assert epochs == 60 * 108


def test_half_way_costs_half(nasbench: api.NASBench) -> None:
    _, computed = nasbench.get_metrics_from_spec(DIRECT)
    nasbench.reset_budget_counters()
    answer = nasbench.query(DIRECT, epochs=4, stop_halfway=True)
    assert answer["validation_accuracy"] in {t["halfway_validation_accuracy"] for t in computed[4]}
    assert nasbench.get_budget_counters() == (answer["training_time"], 2)


def test_the_same_seed_answers_the_same(nasbench: api.NASBench) -> None:
    first, second = (api.NASBench(nasbench.table.path, seed=5) for _ in range(2))
    assert [first.query(DIRECT)["test_accuracy"] for _ in range(9)] == [
        second.query(DIRECT)["test_accuracy"] for _ in range(9)
    ]


def test_draws_are_those_of_the_original_and_leave_the_random_state_of_the_process_alone(
    nasbench: api.NASBench,
) -> None:
    random.seed(1)
    next_value = random.random()
    random.seed(1)
    drawn = api.NASBench(nasbench.table.path, seed=5).query(DIRECT)
    assert random.random() == next_value
    random.seed(5)
    _, trainings = nasbench.get_metrics_from_spec(DIRECT)
    assert drawn["test_accuracy"] == trainings[108][random.randint(0, 2)]["final_test_accuracy"]


def test_a_budgeted_search_as_scripts_write_it(nasbench: api.NASBench) -> None:
    """What such scripts read: configuration, attributes, and the statistics by module hash."""
    assert nasbench.config["available_ops"] == NAMES
    assert nasbench.valid_epochs == {4, 108}
    nasbench.reset_budget_counters()
    best = 0.0
    while nasbench.get_budget_counters()[0] < 20_000:
        for value in nasbench.hash_iterator():
            cell = nasbench.fixed_statistics[value]
            spec = api.ModelSpec(matrix=cell["module_adjacency"], ops=cell["module_operations"])
            best = max(best, nasbench.query(spec, epochs=4)["validation_accuracy"])
    seconds, epochs = nasbench.get_budget_counters()
    assert (seconds, epochs) == (nasbench.training_time_spent, nasbench.total_epochs_spent)
    assert seconds >= 20_000
    assert epochs % (4 * 30) == 0
    finals = [t["final_validation_accuracy"] for c in nasbench.computed_statistics.values() for t in c[4]]
    assert best in finals


def test_statistics_by_hash_are_a_mapping(nasbench: api.NASBench) -> None:
    hashes = nasbench.hash_iterator()
    assert len(hashes) == len(nasbench.fixed_statistics) == len(nasbench.computed_statistics) == 30
    assert list(hashes) == list(hashes) == sorted(hashes)
    assert DIRECT.hash_spec(NAMES) in hashes
    for missing in ("0" * 32, "no hash"):
        assert missing not in nasbench.fixed_statistics
        with pytest.raises(KeyError):
            nasbench.get_metrics_from_hash(missing)


def test_answers_are_the_callers_own(nasbench: api.NASBench) -> None:
    value = next(iter(nasbench.hash_iterator()))
    fixed, computed = nasbench.get_metrics_from_hash(value)
    fixed["module_adjacency"][:], computed[4][0]["final_test_accuracy"] = 7, -1.0
    again = nasbench.get_metrics_from_hash(value)
    assert again[0]["module_adjacency"].max() == 1
    assert again[1][4][0]["final_test_accuracy"] >= 0


def test_every_cell_can_be_looked_up_by_its_hash(nasbench: api.NASBench) -> None:
    for value in nasbench.hash_iterator():
        fixed, computed = nasbench.get_metrics_from_hash(value)
        spec = api.ModelSpec(fixed["module_adjacency"], fixed["module_operations"])
        assert spec.hash_spec(NAMES) == value
        assert nasbench.is_valid(spec)
        assert {epochs: len(trainings) for epochs, trainings in computed.items()} == {4: 3, 108: 3}


@pytest.mark.parametrize(
    ("matrix", "ops", "message"),
    [
        ([[0, 0], [0, 0]], ["input", "output"], "no path"),
        (np.triu(np.ones((7, 7), int), 1), ["input", *["maxpool3x3"] * 5, "output"], "Too many edges: 21"),
        (np.eye(8, k=1, dtype=int), ["input", *["maxpool3x3"] * 6, "output"], "Too many vertices: 8"),
        ([[0, 1], [0, 0]], ["output", "input"], "first operation"),
        ([[0, 1, 0], [0, 0, 1], [0, 0, 0]], ["input", "conv5x5", "output"], "Unknown operations"),
    ],
)
def test_what_is_out_of_the_domain(nasbench: api.NASBench, matrix: object, ops: list[str], message: str) -> None:
    spec = api.ModelSpec(matrix, ops)
    assert not nasbench.is_valid(spec)
    with pytest.raises(api.OutOfDomainError, match=message):
        nasbench.query(spec)


def test_epochs_and_cells_that_are_not_there(nasbench: api.NASBench) -> None:
    with pytest.raises(api.OutOfDomainError, match="Invalid number of epochs 36"):
        nasbench.query(DIRECT, epochs=36)
    for ask in (nasbench.query, nasbench.get_metrics_from_spec):
        with pytest.raises(api.OutOfDomainError, match="has no cell"):
            ask(api.ModelSpec(INCEPTION[0], OPS))
