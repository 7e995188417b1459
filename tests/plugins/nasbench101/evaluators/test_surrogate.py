"""The surrogate as the space's source of accuracies, and that it says what it is."""

from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101.evaluators.surrogate import SurrogateEvaluator
from nasplug_nasbench101.lookup import row_of_code
from nasplug_nasbench101.sampling import sample
from nasplug_nasbench101.surrogate import load_surrogate

import nasplug
from benchmarks import nasbench101_rows as real
from nasplug.errors import ConfigurationError

RESNET_LIKE = (1, 0, 0, 0, 0, 1) + (1, 0, 0, 0, 0) + (0, 0, 0, 1) + (0,) * 6 + (0, 0, 0, 0, 0)
pytestmark = pytest.mark.usefixtures("without_table")


def codes(count: int) -> list[tuple[int, ...]]:
    rng = np.random.default_rng(0)
    return [sample(rng).code for _ in range(count)]


def test_auto_is_the_surrogate_where_no_table_was_imported(caplog: pytest.LogCaptureFixture) -> None:
    result = nasplug.search("nasbench101", "random", budget=20)
    trials = [trial.evaluation for trial in result.trials if trial.evaluation]
    assert {evaluation.source for evaluation in trials} == {"surrogate"}
    assert sum("predicted validation accuracy, not test accuracy" in line for line in caplog.messages) == 1


def test_final_is_the_prediction_and_search_scatters_around_it_by_the_seed() -> None:
    source = SurrogateEvaluator("random")
    row = row_of_code(RESNET_LIKE)
    final = source.evaluate(RESNET_LIKE, "final", None, 7)
    assert final.accuracy == load_surrogate().predicted(row, 108)
    assert source.evaluate(RESNET_LIKE, "final", None, 8) == final
    answers = [source.evaluate(RESNET_LIKE, "search", None, seed) for seed in range(2000)]
    assert source.evaluate(RESNET_LIKE, "search", None, 3) == answers[3]
    assert {answer.cost for answer in answers} == {final.cost}
    noise = load_surrogate().noise[108]
    quantiles = np.array(noise.quantiles[int(np.searchsorted(noise.edges, final.accuracy))])
    drawn = np.quantile([answer.accuracy - final.accuracy for answer in answers], noise.levels[6:-6])
    np.testing.assert_allclose(drawn, quantiles[6:-6], atol=0.15)
    mean = SurrogateEvaluator("mean").evaluate(RESNET_LIKE, "search", None, 7)
    assert mean.accuracy == final.accuracy


def test_cells_are_disturbed_independently() -> None:
    source = SurrogateEvaluator("random")
    surrogate = load_surrogate()
    high = [code for code in codes(600) if surrogate.predicted(row_of_code(code), 108) > 90]
    off = [
        source.evaluate(code, "search", None, 0).accuracy - surrogate.predicted(row_of_code(code), 108) for code in high
    ]
    assert len(set(np.sign(off))) == 2
    assert len({round(value, 3) for value in off}) > 100


def test_isomorphic_specifications_get_one_answer() -> None:
    a = (1, 1, 0, 0, 0, 0) + (0, 0, 0, 0, 1) + (0, 0, 0, 1) + (0,) * 6 + (0, 1, 0, 0, 0)
    b = (1, 1, 0, 0, 0, 0) + (0, 0, 0, 0, 1) + (0, 0, 0, 1) + (0,) * 6 + (1, 0, 0, 0, 0)
    source = SurrogateEvaluator("random")
    assert a != b
    assert source.evaluate(a, "search", None, 5) == source.evaluate(b, "search", None, 5)


def test_epoch_budgets() -> None:
    source = SurrogateEvaluator("random")
    accuracy = [source.evaluate(RESNET_LIKE, "final", epochs, 0) for epochs in (4, 12, 36, 108)]
    assert accuracy == sorted(accuracy, key=lambda evaluation: evaluation.accuracy)
    assert accuracy[0].cost == pytest.approx(accuracy[3].cost / 27)
    assert accuracy[3].metrics["epochs"] == 108
    with pytest.raises(ConfigurationError, match="4, 12, 36, 108 epochs, not of 5. Add --epochs 108"):
        source.evaluate(RESNET_LIKE, "search", 5, 0)


def test_parameters_are_the_datasets(shared_data: Path) -> None:
    records = real.load(shared_data)
    source = SurrogateEvaluator("random")
    counted = [source.evaluate(cell.code, "final", None, 0).metrics["parameters"] for cell in real.cells(records, 300)]
    assert counted == records["trainable_parameters"][:300].tolist()
