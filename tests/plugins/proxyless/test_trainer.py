"""Trainings as the space's options say: ImageNet-format images, precision, XLA, files."""

import re

import attrs
import numpy as np
import pytest
from imagenet_sample import CLASSES, HELD_OUT_PER_CLASS, build, write_images
from nasplug_proxyless.operations import MOBILE
from nasplug_proxyless.options import TrainingOptions
from nasplug_proxyless.space import Proxyless
from nasplug_proxyless.trainer import Trainer
from nasplug_proxyless.trainer import build as build_network

import nasplug
from nasplug import Architecture
from nasplug.errors import ConfigurationError
from nasplug.training import configure
from nasplug.training.backend import tf
from nasplug.training.files import TrainingFiles
from nasplug.training.layers import BatchNorm
from nasplug.training.step import TrainingStep
from nasplug.training.tasks.fashion_mnist import ArrayTask

THIN = Architecture("proxyless", (0, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0))
FEW_LAYERS = (0, 1, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0)  # one of kernel 5
SMALL = {"task": "imagenet", "width": 0.25, "resolution": 32, "batch": 15, "epochs": 8, "learning_rate": 0.02}


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("imagenet")
    write_images(folder)
    assert build(folder).exit_code == 0
    return folder / "shards"


@pytest.mark.slow
def test_a_search_trains_on_images_in_imagenets_format(shards):
    result = nasplug.search(
        "proxyless", "random", budget=1, epochs=8, workers=1, space_options={**SMALL, "data": shards}
    )
    assert [trial.error for trial in result.trials] == [None] * 2
    losses = [trial.evaluation.metrics["training_loss"] for trial in result.trials]
    assert max(losses) < np.log(CLASSES)  # better than no idea
    assert result.trials[0].evaluation.metrics["steps"] == 8 * (105 // 15)


@pytest.mark.slow
def test_training_on_imagenet_repeats_itself_and_resumes(shards, tmp_path, monkeypatch):
    space = Proxyless(**SMALL, data=shards)
    first, second = (space.evaluate(architecture=THIN, purpose="search", epochs=2, seed=1) for _ in range(2))
    assert (first.accuracy, first.metrics["loss"]) == (second.accuracy, second.metrics["loss"])
    saving = Proxyless(**SMALL, data=shards, checkpoints=tmp_path, checkpoint_steps=10)
    with monkeypatch.context() as interrupted:
        interrupted.setattr(TrainingFiles, "remove_checkpoints", lambda files: None)
        third = saving.evaluate(architecture=THIN, purpose="search", epochs=2, seed=1)
    (folder,) = tmp_path.iterdir()
    for path in folder.glob("step-14*"):
        path.unlink()
    checkpoint = (folder / "checkpoint").read_text().replace('path: "step-14"', 'path: "step-10"', 1)
    (folder / "checkpoint").write_text(checkpoint)
    fourth = saving.evaluate(architecture=THIN, purpose="search", epochs=2, seed=1)
    assert third.metrics["loss"] == fourth.metrics["loss"] == first.metrics["loss"]
    assert fourth.metrics["training_loss"] == first.metrics["training_loss"]
    assert list(tmp_path.iterdir()) == []  # what is over needs no checkpoints


def test_imagenet_without_data_or_with_other_files_says_what_to_do(tmp_path):
    for options, message in (({}, "data=DIR"), ({"data": tmp_path}, "there is no such shard")):
        with pytest.raises(ConfigurationError, match=message):
            Proxyless(task="imagenet", **options).evaluate(architecture=THIN, purpose="search", epochs=None, seed=0)


@pytest.mark.slow
def test_a_network_trained_on_images_in_imagenets_format_is_exported(shards, tmp_path):
    trainer = Trainer.of(TrainingOptions(**SMALL, data=shards))
    files = trainer.export(trainer.train(THIN, "final", 1, 0), tmp_path)
    assert files["checked_images"] == CLASSES * HELD_OUT_PER_CLASS
    assert files["saved_model_accuracy"] == files["network_accuracy"] == files["tflite_accuracy"]


@pytest.mark.parametrize(("purpose", "dropout"), [("search", 0.0), ("final", 0.15)])
def test_the_papers_constants_reach_the_network_and_its_training(purpose, dropout):
    configure()
    setting = Proxyless(task="imagenet", resolution=32, batch=128).setting
    network = build_network(FEW_LAYERS, setting, purpose, np.random.default_rng(0))
    norms = [module for module in network.submodules if isinstance(module, BatchNorm)]
    assert {(norm.momentum, norm.epsilon, norm.across_devices) for norm in norms} == {(0.99, 1e-3, False)}
    assert network.dropout.rate == dropout
    assert np.std(network.classifier.weights) == pytest.approx(0.01, rel=0.01)
    depthwise = next(layer.depthwise for layer in network.layers if layer.depthwise.kernel.shape[0] == 5)
    assert np.std(depthwise.kernel) == pytest.approx(np.sqrt(2 / 25), rel=0.1)
    step = TrainingStep(network, ArrayTask({}, 32, None, classes=1000, channels=3), setting.recipe, 4000)
    optimizer = step.optimizer
    assert (optimizer.decay, optimizer.momentum, optimizer.epsilon) == (0.9, 0.9, 0.1)
    assert {float(square.numpy().min()) for square in optimizer.squares} == {1.0}
    assert float(step.rate(99.0)) == pytest.approx(0.026)  # after 2.5 % of the steps
    assert float(step.rate(4000.0)) == pytest.approx(0.0, abs=1e-8)


def test_every_training_has_files_of_its_own(tmp_path):
    trainer = Trainer.of(TrainingOptions(checkpoints=tmp_path, tensorboard=tmp_path / "board"))
    names = {trainer.files(training).checkpoints for training in ("a", "a", "b")}
    other = Trainer.of(TrainingOptions(checkpoints=tmp_path, label_smoothing=0.1)).files("a").checkpoints
    assert len(names | {other}) == 3
    two_hosts = attrs.evolve(trainer, placement=attrs.evolve(trainer.placement, hosts=2))
    assert two_hosts.files("a").checkpoints not in names
    assert trainer.files("a").tensorboard.parent == tmp_path / "board"


STRIPES = {"task": "stripes_task:stripes", "resolution": 8, "width": 0.1, "batch": 32, "epochs": 2, "repeats": 1}


def test_a_task_of_another_package_trains_the_networks_of_the_space():
    space = Proxyless(**STRIPES)
    evaluation = space.evaluate(architecture=THIN, purpose="search", epochs=None, seed=0)
    assert evaluation.source == "trained"
    assert evaluation.metrics["steps"] == 2 * (96 // 32)
    assert evaluation.metrics["parameters"] == 1e6 * space.features(architectures=[THIN])[0, 0]
    network = space.build_network(architecture=THIN)
    assert network(tf.zeros([1, 8, 8, 2]), False).shape == (1, 3)


@pytest.mark.slow
@pytest.mark.parametrize("option", [{"xla": True}, {"precision": "bfloat16"}])
def test_the_whole_network_trains_compiled_by_xla_and_in_bfloat16(option):
    losses = []
    for options in ({}, option):
        trainer = Trainer.of(TrainingOptions(task="fashion-mnist", width=0.25, resolution=28, **options))
        network = build_network(MOBILE, trainer.setting, "search", np.random.default_rng(0))
        for layer in network.layers:
            if layer.residual:  # starts as the identity: else the last bit of an image changes the third loss by 0.3 %
                layer.project_norm.scale.assign(tf.zeros_like(layer.project_norm.scale))
        step = TrainingStep(network, trainer.task, trainer.setting.recipe, 4)
        batches = list(
            zip(range(3), trainer.task.training_batches("search", trainer.setting.recipe.batch, 1, 0), strict=False)
        )
        losses.append([float(step(*batch, number)) for number, batch in batches])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4 if "xla" in option else 0.03)


@pytest.mark.slow
def test_a_diverging_training_is_a_failed_trial_that_names_its_step(tmp_path):
    options = {"task": "fashion-mnist", "width": 0.1, "resolution": 28, "learning_rate": 3e38, "tensorboard": tmp_path}
    result = nasplug.search("proxyless", "random", budget=1, epochs=1, workers=1, space_options=options)
    assert [trial.state for trial in result.trials] == ["failed"]
    assert re.search("diverged: the loss is (inf|nan) at step", result.trials[0].error)
    (events,) = tmp_path.glob("*/events*")
    assert len(list(tf.data.TFRecordDataset(str(events)))) >= 1
