"""Trainings that other tests run in processes of their own: prints what each case found, as one JSON document.

python replicas.py DEVICES HOSTS FOLDER CASE…   logical CPU devices here, or hosts as TF_CONFIG says
"""

import json
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import attrs
import numpy as np
from small import Preempted

from nasplug.training import Recipe, configure, load_task
from nasplug.training.backend import tf
from nasplug.training.distribution import Placement, place
from nasplug.training.export import export_network
from nasplug.training.files import TrainingFiles
from nasplug.training.layers import BatchNorm, Convolution, Dense, Depthwise, Dropout
from nasplug.training.loop import Training
from nasplug.training.tasks.wrappers import TaskWrapper

BATCH, PER_CLASS = 64, 40
RECIPE = Recipe(epochs=8, learning_rate=0.06, warmup=0.1, epsilon=1e-3, norm_momentum=0.9, label_smoothing=0.1)


def own(channels):
    """Returns the norm of a network whose devices normalise by their own part of the batch each."""
    return BatchNorm(channels, **RECIPE.norm)


def whole(channels):
    """Returns the norm of a network whose devices normalise by the whole batch."""
    return BatchNorm(channels, **RECIPE.norm, across_devices=True)


class Parted(tf.Module):
    """What `parts` devices that normalise by their own part compute together, on one device."""

    def __init__(self, channels, parts):
        super().__init__()
        self.norms = [own(channels) for _ in range(parts)]
        for norm in self.norms[1:]:
            norm.scale, norm.offset = self.norms[0].scale, self.norms[0].offset

    def __call__(self, x, training):
        if training:
            parts = zip(self.norms, tf.split(x, len(self.norms)), strict=True)
            return tf.concat([norm(part, True) for norm, part in parts], 0)
        first = self.norms[0]
        return tf.nn.batch_normalization(x, self.mean, self.variance, first.offset, first.scale, first.epsilon)

    @property
    def mean(self):
        return tf.reduce_mean([norm.mean for norm in self.norms], 0)

    @property
    def variance(self):
        return tf.reduce_mean([norm.variance for norm in self.norms], 0)


class Small(tf.Module):
    """Convolution, depthwise convolution, both normalised, dropout and classifier."""

    def __init__(self, rng, norm=whole, channels=1, classes=10, dropout=0.0):
        super().__init__()
        self.first, self.norm = Convolution(3, channels, 8, 4, rng), norm(8)
        self.depthwise, self.dense = Depthwise(5, 8, 1, rng), Dense(8, classes, rng)
        self.second_norm, self.dropout = norm(8), Dropout(dropout, rng)

    def __call__(self, images, training):
        x = tf.nn.relu(self.norm(self.first(images), training))
        x = tf.nn.relu(self.second_norm(self.depthwise(x), training))
        return self.dense(self.dropout(tf.reduce_mean(x, [1, 2]), training))


@attrs.frozen(eq=False)
class Joined(TaskWrapper):
    """The batches of all hosts of a stream, put together on one."""

    hosts: int

    def training_batches(self, *arguments):
        parts = [self.task.share(host, self.hosts).training_batches(*arguments) for host in range(self.hosts)]
        for batches in zip(*parts, strict=True):
            yield tuple(tf.concat(arrays, 0) for arrays in zip(*batches, strict=True))


def some_images():
    """Returns plain Fashion-MNIST with fewer images; 3,000 test images do not divide evenly by 4 × 250."""
    task = load_task("fashion-mnist", 28)
    some = {
        name: (images[:: 1000 // PER_CLASS], labels[:: 1000 // PER_CLASS])
        for name, (images, labels) in task.splits.items()
    }
    return attrs.evolve(task, splits=some)


def training(placement, factory=Small, task=None, batch=BATCH, **recipe):
    """Returns a training of the same whole batch and rate on any number of devices."""
    each = {"batch": batch // placement.replicas, "learning_rate": RECIPE.learning_rate / placement.replicas}
    return Training(factory, task or some_images(), attrs.evolve(RECIPE, **each, **recipe), "search", None, placement)


def told(trained):
    """Returns what devices must agree on."""
    metrics, norm = trained.evaluation.metrics, trained.network.norm
    return {
        "training_loss": metrics["training_loss"],
        "loss": metrics["loss"],
        "accuracy": trained.evaluation.accuracy,
        "moving": float(tf.reduce_sum(tf.convert_to_tensor(norm.variance))),
    }


def resumed(placement, folder):
    """Returns what an unbroken training with dropout found, and one that was cut off at step 20 and went on."""
    factory, files = partial(Small, norm=own, dropout=0.15), TrainingFiles(folder / "saved", 8)
    unbroken = training(placement, factory).run(7)
    with suppress(KeyboardInterrupt):
        training(placement, factory, Preempted(some_images(), 20)).run(7, files)
    saved = tf.train.latest_checkpoint(str(folder / "saved"))
    return {"unbroken": told(unbroken), "saved": saved, "resumed": told(training(placement, factory).run(7, files))}


def anew(placement, folder):
    """Returns what trainings with the seeds 5, 6 and 5 found one after another, and one of 5 alone."""
    several, alone = (
        training(placement, partial(Small, norm=own, dropout=0.15), estimate_batches=2, estimate_size=128)
        for _ in range(2)
    )
    return [told(several.run(seed)) for seed in (5, 6, 5)] + [told(alone.run(5))]


def masks(placement, folder):
    """Returns which of 200 features each device of this host drops in one step."""
    with placement.strategy.scope():
        dropout = Dropout(0.15, np.random.default_rng(0))
    drop = tf.function(lambda x: placement.strategy.run(dropout, (x, True)), autograph=False)
    found = drop(tf.ones([1, 200]))
    return [(part.numpy()[0] == 0).tolist() for part in placement.strategy.experimental_local_results(found)]


def exported(placement, folder):
    """Returns the accuracies of the files that a network trained here was exported to."""
    found = training(placement, partial(Small, norm=own)).run(7)
    files = attrs.asdict(export_network(found.network, some_images(), "search", folder / "exported"))
    return {name: value for name, value in files.items() if "accuracy" in name} | {"trained": found.evaluation.accuracy}


def imagenet(placement, folder):
    """Returns what training on shards found that two hosts share, or one host that joins their batches."""
    task = load_task("imagenet", 32, data=folder / "shards")
    factory = partial(Small, channels=3, classes=4)
    source = task if placement.hosts > 1 else Joined(task, 2)
    return told(training(placement, factory, source, batch=16).run(7))


CASES = {
    "whole": lambda placement, folder: told(training(placement).run(7)),
    "own": lambda placement, folder: told(training(placement, partial(Small, norm=own)).run(7)),
    "estimated": lambda placement, folder: told(training(placement, estimate_batches=2, estimate_size=128).run(7)),
    "resumed": resumed,
    "anew": anew,
    "masks": masks,
    "exported": exported,
    "imagenet": imagenet,
} | {
    f"own of {parts}": lambda placement, folder, parts=parts: told(
        training(placement, partial(Small, norm=partial(Parted, parts=parts))).run(7)
    )
    for parts in (2, 4)
}


def placed(devices, hosts):
    """Returns the placement asked for; the default one for 1 and 1."""
    if hosts > 1:
        return place("cpu")
    if devices > 1:
        return Placement(tf.distribute.MirroredStrategy([f"/cpu:{number}" for number in range(devices)]))
    return Placement.default()


def main(devices, hosts, folder, *cases):
    """Trains and prints."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * devices)
    configure(1, "cpu")
    placement = placed(devices, hosts)
    found = {case: CASES[case](placement, folder) for case in cases}
    print(json.dumps({"replicas": placement.replicas, **found}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
