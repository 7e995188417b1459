"""A training that other tests run in processes of their own: prints its losses and what it measured, as JSON.

python replicas.py DEVICES HOSTS   logical CPU devices here, or hosts as TF_CONFIG says
"""

import json
import sys

import attrs
import numpy as np

from nasplug.training import Recipe, configure, load_task
from nasplug.training.backend import tf
from nasplug.training.distribution import Placement, place
from nasplug.training.layers import BatchNorm, Convolution, Dense, Depthwise
from nasplug.training.loop import Training
from nasplug.training.tasks import ArrayTask

BATCH, PER_CLASS = 64, 40
RECIPE = Recipe(
    epochs=8,
    learning_rate=0.06,
    warmup=0.1,
    epsilon=1e-3,
    norm_momentum=0.9,
    across_devices=True,
    label_smoothing=0.1,
)


class Small(tf.Module):
    """Convolution, depthwise convolution and classifier, both convolutions normalised."""

    def __init__(self, rng):
        super().__init__()
        self.first, self.norm = Convolution(3, 1, 8, 4, rng), BatchNorm(8, **RECIPE.norm)
        self.depthwise, self.dense = Depthwise(5, 8, 1, rng), Dense(8, 10, rng)
        self.second_norm = BatchNorm(8, **RECIPE.norm)

    def __call__(self, images, training):
        x = tf.nn.relu(self.norm(self.first(images), training))
        x = tf.nn.relu(self.second_norm(self.depthwise(x), training))
        return self.dense(tf.reduce_mean(x, [1, 2]))


def some_images():
    """Returns plain Fashion-MNIST with fewer images; 3,000 test images do not divide evenly by 4 × 250."""
    task = load_task("fashion-mnist", 28)
    some = {
        name: (images[:: 1000 // PER_CLASS], labels[:: 1000 // PER_CLASS])
        for name, (images, labels) in task.splits.items()
    }
    return ArrayTask("fashion-mnist", some, 28)


def placed(devices, hosts):
    """Returns the placement asked for; the default one for 1 and 1."""
    if hosts > 1:
        return place("cpu")
    if devices > 1:
        return Placement(tf.distribute.MirroredStrategy([f"/cpu:{number}" for number in range(devices)]))
    return Placement.default()


def main(devices, hosts):
    """Trains and prints."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * devices)
    configure(1, "cpu")
    placement = placed(devices, hosts)
    replicas = placement.replicas
    recipe = attrs.evolve(RECIPE, batch=BATCH // replicas, learning_rate=RECIPE.learning_rate / replicas)
    trained = Training(Small, some_images(), recipe, "search", placement=placement).run(7)
    found = {
        "replicas": replicas,
        "training_loss": trained.evaluation.metrics["training_loss"],
        "loss": trained.evaluation.metrics["loss"],
        "accuracy": trained.evaluation.accuracy,
        "moving": float(np.sum(trained.network.norm.variance.read_value().numpy())),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
