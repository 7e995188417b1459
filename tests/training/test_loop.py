"""The loop trains: it learns, it repeats itself bit for bit, it says where it diverges."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import numpy as np
import pytest
from paths import HELPERS
from small import FEW, RECIPE, TASK, Dropping, Small

from nasplug import Evaluation
from nasplug.errors import ConfigurationError
from nasplug.training import configure, train
from nasplug.training.backend import tf
from nasplug.training.loop import Training, mean_of_repeats, score_of
from nasplug.training.progress import Diverged
from nasplug.training.step import TrainingStep, cross_entropy


@attrs.frozen
class Bits:
    """What must repeat of an evaluation: everything but the clock."""

    accuracy: float
    loss: float
    training_loss: float

    @classmethod
    def of(cls, e):
        return cls(e.accuracy, e.metrics["loss"], e.metrics["training_loss"])


def run(seed=0, purpose="search", recipe=RECIPE, task=FEW):
    configure()
    return train(Small, task, recipe, purpose, None, seed)


def test_it_learns_and_reports():
    evaluation = run(task=TASK)
    assert evaluation.accuracy > 30.0  # chance is 10
    assert evaluation.source == "trained"
    assert evaluation.cost > 0.0
    assert evaluation.metrics["parameters"] == 9 * 8 + 16 + 9 * 8 + 90
    assert evaluation.metrics["steps"] == 200


def test_a_training_that_is_run_again_forgets_what_it_learned():
    training = Training(Dropping, FEW, attrs.evolve(RECIPE, estimate_batches=2), "search", 1)
    first, other, again = (Bits.of(training.run(seed).evaluation) for seed in (5, 6, 5))
    assert first == again == Bits.of(train(Dropping, training.task, training.recipe, "search", 1, 5))
    assert other != first


def test_final_trains_on_validation_images_too():
    assert run(purpose="final").metrics["steps"] == 40


def test_it_repeats_itself_bit_for_bit_alone_and_beside_others():
    alone = Bits.of(run(seed=3))
    with ThreadPoolExecutor(3) as pool:
        beside = [Bits.of(evaluation) for evaluation in pool.map(run, (3, 4, 3))]
    assert beside[0] == alone
    assert beside[2] == alone
    assert beside[1] != alone


@pytest.mark.slow
def test_results_do_not_depend_on_the_number_of_threads():
    script = (
        "import sys; sys.path[:0] = {!r}; from nasplug.training import configure; configure(threads={}); "
        "import test_loop; print(test_loop.Bits.of(test_loop.run(seed=3)))"
    )
    outputs = []
    for threads in (1, 3):
        code = script.format([str(Path(__file__).parent), str(HELPERS)], threads)
        outputs.append(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True))
    assert outputs[0].stdout == outputs[1].stdout
    assert [output.stderr for output in outputs] == ["", ""]


def test_divergence_names_the_step():
    with pytest.raises(Diverged, match=r"at step \d+ of 20"):
        run(recipe=attrs.evolve(RECIPE, learning_rate=1e30))


def test_a_last_update_that_ruins_the_weights_is_no_result():
    one_step = attrs.evolve(RECIPE, batch=1000, learning_rate=1e30, warmup=0.0)
    with pytest.raises(Diverged, match=r"the held-out loss is (nan|inf) after the last step, 1"):
        run(recipe=one_step)


def test_images_that_do_not_make_a_batch_are_no_training():
    with pytest.raises(ConfigurationError, match="1000 training images do not make one batch of 1001"):
        run(recipe=attrs.evolve(RECIPE, batch=1001))


def test_weight_decay_acts_on_convolution_kernels_alone():
    configure()
    rng = np.random.default_rng(0)
    images, labels = rng.standard_normal((50, 28, 28, 1), np.float32), rng.integers(0, 10, 50).astype(np.int32)
    changes = []
    for decay in (0.0, 0.5):
        network = Small(np.random.default_rng(1))
        recipe = attrs.evolve(RECIPE, weight_decay=decay, warmup=0.0)
        TrainingStep(network, FEW, recipe, 10)(images, labels, 0.0)
        changes.append([v.numpy() for v in network.trainable_variables])
    moved = {v.shape.rank for v, a, b in zip(network.trainable_variables, *changes, strict=True) if (a != b).any()}
    assert moved == {4}


def test_label_smoothing_spreads_the_target():
    configure()
    logits, labels = tf.constant([[2.0, 0.0, 0.0, 0.0]]), tf.constant([0])
    logs = np.log(np.exp([2.0, 0, 0, 0]) / np.exp([2.0, 0, 0, 0]).sum())
    expected = -(0.9 * logs[0] + 0.1 * logs.mean())
    assert float(cross_entropy(logits, labels, 0.1)) == pytest.approx(expected, rel=1e-5)


def test_a_search_scores_a_network_by_what_it_knows_of_images_before_it_learns_from_them():
    configure()
    recipe = attrs.evolve(RECIPE, scores=True)
    searched, final = (train(Small, FEW, recipe, purpose, 1, seed=0) for purpose in ("search", "final"))
    assert searched.metrics["score"] == score_of(searched.metrics["training_loss"])
    assert final.metrics["score"] == score_of(final.metrics["loss"])
    without = train(Small, FEW, RECIPE, "search", 1, seed=0)
    assert searched.accuracy == without.accuracy
    assert "score" not in without.metrics


def test_who_knows_nothing_of_ten_classes_has_a_score_of_ten_percent():
    assert score_of(np.log(10.0)) == pytest.approx(10.0)
    assert score_of(0.0) == 100.0


def recorder(calls):
    def train_once(seed):
        calls.append(seed)
        return Evaluation(60.0 + 4.0 * len(calls), 10.0, {"parameters": 5.0, "loss": float(len(calls))}, "trained")

    return train_once


def test_accuracies_of_repeats_are_averaged_and_costs_added():
    evaluation = mean_of_repeats(recorder([]), 2, seed=3)
    assert (evaluation.accuracy, evaluation.cost, evaluation.source) == (66.0, 20.0, "trained")
    expected = {"parameters": 5.0, "loss": 1.5, "repeats": 2.0, "accuracy_std": pytest.approx(8**0.5)}
    assert evaluation.metrics == expected


def test_scores_of_repeats_have_a_deviation_as_well():
    def train_once(seed):
        return Evaluation(60.0, 1.0, {"score": 20.0 + next(steps)})

    steps = iter((0.0, 2.0))
    metrics = mean_of_repeats(train_once, 2, seed=3).metrics
    assert (metrics["score"], metrics["score_std"]) == (21.0, pytest.approx(2**0.5))


def test_a_single_training_says_so_and_has_no_deviation():
    assert mean_of_repeats(recorder([]), 1, seed=3).metrics == {"parameters": 5.0, "loss": 1.0, "repeats": 1.0}


def test_seeds_of_repeats_are_distinct_repeatable_and_the_given_one_for_a_single_training():
    first, again, other, single = [], [], [], []
    for calls, seed, repeats in ((first, 3, 3), (again, 3, 3), (other, 4, 3), (single, 3, 1)):
        mean_of_repeats(recorder(calls), repeats, seed)
    assert first == again
    assert len({*first, *other}) == 6
    assert single == [3]
