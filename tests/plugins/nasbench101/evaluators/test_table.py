"""The table as the space's source of accuracies."""

from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101.evaluators.table import TableEvaluator
from nasplug_nasbench101.table.table import Table

import nasplug
from nasplug import Architecture
from nasplug.errors import ConfigurationError


def code(table: Table, row: int) -> tuple[int, ...]:
    return tuple(table.codes[row].tolist())


def test_search_is_one_validation_record_chosen_by_the_seed(table: Table) -> None:
    source = TableEvaluator(table, "random")
    answers = [source.evaluate(code(table, 7), "search", None, seed) for seed in range(600)]
    trainings = {
        100 * table.training(7, 108, r).validation_accuracy: table.training(7, 108, r).training_time for r in range(3)
    }
    assert {answer.accuracy: answer.cost for answer in answers} == trainings
    counts = np.bincount([int(answer.metrics["record"]) for answer in answers])
    assert (np.abs(counts - 200) < 52).all()  # 4.5 standard deviations
    assert source.evaluate(code(table, 7), "search", None, 3) == answers[3]


def test_the_records_of_different_cells_are_chosen_independently(table: Table) -> None:
    source = TableEvaluator(table, "random")
    records = {source.evaluate(code(table, row), "search", None, 0).metrics["record"] for row in range(len(table))}
    assert records == {0, 1, 2}


def test_final_is_the_mean_test_accuracy(table: Table) -> None:
    answer = TableEvaluator(table, "random").evaluate(code(table, 9), "final", None, 0)
    tests = [100 * table.training(9, 108, r).test_accuracy for r in range(3)]
    assert answer.accuracy == pytest.approx(np.mean(tests))
    assert answer.source == "table"
    assert answer.metrics["parameters"] == table.parameters[9]


def test_record_mean_and_other_epochs(table: Table) -> None:
    answer = TableEvaluator(table, "mean").evaluate(code(table, 9), "search", 4, 0)
    assert answer.accuracy == pytest.approx(100 * table.metrics[4][9, :, 1, 2].astype(float).mean())
    with pytest.raises(ConfigurationError, match="no trainings of 12 epochs"):
        TableEvaluator(table, "mean").evaluate(code(table, 9), "search", 12, 0)


def test_unpruned_isomorphs_are_found(table: Table) -> None:
    space = nasplug.space("nasbench101", table=table.path)
    dangling = Architecture("nasbench101", (1, 0, 0, 0, 0, 1) + (0,) * 15 + (2, 1, 0, 0, 0))
    answer = space.evaluate(architecture=dangling, purpose="final", epochs=None, seed=0)
    row = table.row_of("043721b9c7fe8c5fad811d47d83132ec")
    assert answer.accuracy == pytest.approx(100 * table.mean(row, 108).test_accuracy)


def test_auto_takes_the_table_that_is_there(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("NASPLUG_NASBENCH101_TABLE", raising=False)
    without = nasplug.space("nasbench101").evaluate(
        architecture=Architecture("nasbench101", code(table, 0)), purpose="search", epochs=None, seed=0
    )
    assert without.source == "surrogate"
    with pytest.raises(ConfigurationError, match="was not imported yet"):
        nasplug.space("nasbench101", evaluator="table").evaluate(
            architecture=Architecture("nasbench101", code(table, 0)), purpose="search", epochs=None, seed=0
        )
    monkeypatch.setenv("NASPLUG_NASBENCH101_TABLE", str(table.path))
    evaluation = nasplug.space("nasbench101").evaluate(
        architecture=Architecture("nasbench101", code(table, 0)), purpose="search", epochs=None, seed=0
    )
    assert evaluation.source == "table"


def test_a_cell_that_a_partial_table_lacks_fails_its_trial_alone(table: Table) -> None:
    result = nasplug.search("nasbench101", "random", budget=5, space_options={"table": table.path})
    searched = [trial for trial in result.trials if trial.purpose == "search"]
    in_table = {table.hash_at(row) for row in range(len(table))}
    states = ["complete" if trial.canonical in in_table else "failed" for trial in searched]
    assert [trial.state for trial in searched] == states
    failed = [trial for trial in searched if trial.state == "failed"]
    assert failed
    assert all("has no cell" in str(trial.error) for trial in failed)
