"""The surrogate: what it ships, how it answers, and that it says what it is."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101 import surrogate as module
from nasplug_nasbench101.enumeration import CELLS
from nasplug_nasbench101.evaluators.surrogate import SurrogateEvaluator
from nasplug_nasbench101.lookup import lookup, row_of_code
from nasplug_nasbench101.sampling import sample
from nasplug_nasbench101.surrogate import Noise, quantised, surrogate

import nasplug
from benchmarks import nasbench101_rows as real
from nasplug.errors import ConfigurationError

RESNET_LIKE = (1, 0, 0, 0, 0, 1) + (1, 0, 0, 0, 0) + (0, 0, 0, 1) + (0,) * 6 + (0, 0, 0, 0, 0)
pytestmark = pytest.mark.usefixtures("without_table")


def codes(count: int) -> list[tuple[int, ...]]:
    rng = np.random.default_rng(0)
    return [sample(rng).code for _ in range(count)]


def test_the_file_is_small_and_has_every_cell() -> None:
    path = Path(module.__file__).with_name(module.NAME)
    assert path.stat().st_size <= 4e6
    known = surrogate()
    assert known.epochs == [4, 12, 36, 108]
    assert {len(column) for column in (*known.accuracy.values(), known.log_seconds)} == {CELLS}


def test_held_out_figures_meet_the_bars() -> None:
    figures = surrogate().manifest["held_out"]["108"]
    for name, bar in {"tau": 0.87, "tau_above_91": 0.78, "r2_above_85": 0.95}.items():
        assert figures[name]["mean"] == pytest.approx(np.mean(figures[name]["folds"]))
        assert figures[name]["mean"] >= bar
        assert len(figures[name]["folds"]) == 5


def test_predictions_are_those_of_the_cells_they_are_written_for(shared_data: Path) -> None:
    """Were the table in another order, or of another unit, these would be far off."""
    found, known = real.load(shared_data), surrogate()
    rows = np.array([row_of_code(cell.code) for cell in real.cells(found, 4000)])
    for epochs, off in {108: 0.7, 36: 3.0, 12: 10.0, 4: 10.0}.items():
        wanted = 100.0 * found[f"val_acc_{epochs}"][:4000]
        predicted = np.array([known.predicted(row, epochs) for row in rows])
        assert np.median(np.abs(predicted - wanted)) < off
        assert np.corrcoef(predicted.argsort().argsort(), wanted.argsort().argsort())[0, 1] > 0.8
    seconds = np.array([known.seconds(row, 108) for row in rows])
    assert np.median(np.abs(np.log(seconds / found["training_time_108"][:4000]))) < 0.05


def test_auto_is_the_surrogate_where_no_table_was_imported(capsys: pytest.CaptureFixture[str]) -> None:
    result = nasplug.search("nasbench101", "random", budget=20)
    trials = [trial.evaluation for trial in result.trials if trial.evaluation]
    assert {evaluation.source for evaluation in trials} == {"surrogate"}
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if "predicted validation accuracy, not test accuracy" in line] == said
    assert len(said) == 1


def test_final_is_the_prediction_and_search_scatters_around_it_by_the_seed() -> None:
    source = SurrogateEvaluator("random")
    row = row_of_code(RESNET_LIKE)
    final = source.evaluate(RESNET_LIKE, "final", None, 7)
    assert final.accuracy == surrogate().predicted(row, 108)
    assert source.evaluate(RESNET_LIKE, "final", None, 8) == final
    answers = [source.evaluate(RESNET_LIKE, "search", None, seed) for seed in range(2000)]
    assert source.evaluate(RESNET_LIKE, "search", None, 3) == answers[3]
    assert {answer.cost for answer in answers} == {final.cost}
    noise = surrogate().noise[108]
    quantiles = np.array(noise.quantiles[int(np.searchsorted(noise.edges, final.accuracy))])
    drawn = np.quantile([answer.accuracy - final.accuracy for answer in answers], noise.levels[6:-6])
    np.testing.assert_allclose(drawn, quantiles[6:-6], atol=0.15)
    mean = SurrogateEvaluator("mean").evaluate(RESNET_LIKE, "search", None, 7)
    assert mean.accuracy == final.accuracy


def test_cells_are_disturbed_independently() -> None:
    source = SurrogateEvaluator("random")
    known = surrogate()
    high = [code for code in codes(600) if known.predicted(row_of_code(code), 108) > 90]
    off = [source.evaluate(code, "search", None, 0).accuracy - known.predicted(row_of_code(code), 108) for code in high]
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
    with pytest.raises(ConfigurationError, match="4, 12, 36, 108 epochs, not of 5"):
        source.evaluate(RESNET_LIKE, "search", 5, 0)


def test_parameters_are_the_datasets(shared_data: Path) -> None:
    found = real.load(shared_data)
    source = SurrogateEvaluator("random")
    counted = [source.evaluate(cell.code, "final", None, 0).metrics["parameters"] for cell in real.cells(found, 300)]
    assert counted == found["trainable_parameters"][:300].tolist()


def test_noise_interpolates_its_quantiles_and_stays_in_percent() -> None:
    noise = Noise([90.0], [0.0, 0.5, 1.0], [[-60.0, 0.0, 1.0], [-1.0, 0.0, 20.0]])
    assert noise.draw(80.0, 0.25) == 50.0
    assert noise.draw(95.0, 0.25) == 94.5
    assert noise.draw(50.0, 0.0) == 0.0
    assert noise.draw(95.0, 0.9999) == 100.0


def test_what_does_not_fit_is_not_written() -> None:
    assert quantised(np.array([0.0, 94.32]), 0.002).tolist() == [0, 47160]
    with pytest.raises(ValueError, match="wanted values between"):
        quantised(np.array([-1.0]), 0.002)


def test_other_sources_say_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    tiny = {"evaluator": "train", "channels": 8, "stacks": 1, "epochs": 1}
    space = nasplug.space("nasbench101", **tiny)
    space.on_start(run=None)
    assert "scaled down, on the embedded task" in capsys.readouterr().err
    assert space.recommend(strategy="random") != nasplug.space("nasbench101").recommend(strategy="random")


def test_query_shows_what_is_predicted(nasplug: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    text = ",".join(map(str, RESNET_LIKE))
    done = nasplug("nasbench101", "query", text)
    assert done.returncode == 0, done.stderr
    assert "predicted by the embedded surrogate, not measured" in done.stdout
    found = json.loads(nasplug("nasbench101", "query", text, "--json").stdout)
    row = row_of_code(RESNET_LIKE)
    assert found["source"] == "surrogate"
    assert found["predicted"]["108"]["validation_accuracy"] == pytest.approx(surrogate().predicted(row, 108) / 100)
    assert 1 <= found["predicted"]["108"]["rank"] <= CELLS


@pytest.mark.slow
def test_query_finds_a_hash(nasplug: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = nasplug("nasbench101", "query", "043721b9c7fe8c5fad811d47d83132ec", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["code"] == lookup().codes[0].tolist()
    unknown = nasplug("nasbench101", "query", "0" * 32)
    assert unknown.returncode != 0
    assert "none of the 423,624 cells" in unknown.stderr


def test_info_says_how_good_it_is(nasplug: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = nasplug("nasbench101", "info")
    assert done.returncode == 0, done.stderr
    assert "tau_above_91" in done.stdout
    assert json.loads(nasplug("nasbench101", "info", "--json").stdout)["table"] is None
