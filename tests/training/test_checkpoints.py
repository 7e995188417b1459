"""An interrupted training goes on where it was saved, and ends in the same weights."""

import re
import shutil
from pathlib import Path

import attrs
import numpy as np
import pytest
from small import FEW, RECIPE, Dropping, Preempted

from nasplug.errors import ConfigurationError
from nasplug.training import configure
from nasplug.training.backend import tf
from nasplug.training.files import TrainingFiles
from nasplug.training.loop import Training
from nasplug.training.progress import Diverged

configure()
TWO_EPOCHS = attrs.evolve(RECIPE, epochs=2, batch=10)  # 200 steps


def run(task=FEW, folder=None, every=30, recipe=TWO_EPOCHS):
    return Training(Dropping, task, recipe, "search").run(3, TrainingFiles(folder, every))


def bits(trained):
    evaluation = trained.evaluation
    return (
        evaluation.accuracy,
        evaluation.metrics["loss"],
        evaluation.metrics["training_loss"],
        evaluation.metrics["steps"],
    )


@pytest.fixture(scope="module")
def unbroken():
    """A training that nothing interrupts and that saves nothing."""
    return run()


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a training that has ended, and its result."""
    folder = tmp_path_factory.mktemp("finished")
    return folder, run(folder=folder)


@pytest.fixture
def copied(finished, tmp_path):
    """A copy of the folder of the training that has ended."""
    return shutil.copytree(finished[0], tmp_path / "copied")


@pytest.mark.parametrize("at", [17, 130])
def test_an_interrupted_training_resumes_and_ends_in_the_same_weights(at, unbroken, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(Preempted(FEW, at), tmp_path)
    saved = tf.train.latest_checkpoint(str(tmp_path))
    assert (saved is None) if at < 30 else saved.endswith(f"step-{at // 30 * 30}")
    resumed = run(folder=tmp_path)
    assert bits(resumed) == bits(unbroken)
    for a, b in zip(resumed.network.variables, unbroken.network.variables, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_last_two_are_kept_and_a_finished_training_is_not_repeated(finished, copied):
    first = finished[1]
    assert {path.name for path in copied.glob("*.index")} == {"step-180.index", "step-200.index"}
    again = run(Preempted(FEW, 0), copied)  # the task would raise at its first batch
    assert bits(again) == bits(first)
    assert again.evaluation.cost == pytest.approx(first.evaluation.cost, rel=0.5)


def test_a_damaged_checkpoint_is_named_and_the_one_before_it_read(finished, copied, capsys):
    for path in copied.glob("step-200.data*"):
        path.write_bytes(b"")
    assert bits(run(folder=copied)) == bits(finished[1])
    messages = capsys.readouterr().err
    assert re.search(r"step-200 cannot be read .*: the training goes on from \S*step-180\n", messages)
    for path in copied.glob("*.data*"):
        path.write_bytes(b"")
    with pytest.raises(ConfigurationError, match=r"step-200 cannot be read .*step-180 cannot be read .*to start this"):
        run(folder=copied)


def test_checkpoints_go_into_a_bucket(unbroken):
    bucket = Path("ram://saved")  # TensorFlow's file system in memory, reached as gs:// is
    with pytest.raises(KeyboardInterrupt):
        run(Preempted(FEW, 65), bucket / "one")
    assert tf.train.latest_checkpoint("ram://saved/one").endswith("step-60")
    assert bits(run(folder=bucket / "one")) == bits(unbroken)
    assert not Path("ram:").exists()


def test_a_diverging_training_saves_nothing_after_its_last_good_step(tmp_path):
    with pytest.raises(Diverged, match=r"at step \d+ of 200"):
        run(folder=tmp_path, recipe=attrs.evolve(TWO_EPOCHS, learning_rate=1e30))
    assert tf.train.latest_checkpoint(str(tmp_path)) is None
