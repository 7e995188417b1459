"""A network of seconds, and how it is trained: what the trainer is tested with."""

import attrs

from nasplug.training import Recipe, load_task
from nasplug.training.backend import tf
from nasplug.training.layers import BatchNorm, Convolution, Dense, Depthwise, Dropout

RECIPE = Recipe(batch=50, epochs=1, final_epochs=1, learning_rate=0.01, norm_momentum=0.9, final_dropout=0.0)


TASK = load_task("fashion-mnist", 28)
FEW = attrs.evolve(TASK, splits={name: (images[::10], labels[::10]) for name, (images, labels) in TASK.splits.items()})


class Small(tf.Module):
    """Two convolutions and a classifier."""

    def __init__(self, rng):
        super().__init__()
        self.first, self.norm = Convolution(3, 1, 8, 4, rng), BatchNorm(8, momentum=0.9)
        self.depthwise, self.dense = Depthwise(3, 8, 2, rng), Dense(8, 10, rng)

    def __call__(self, images, training):
        x = tf.nn.relu(self.norm(self.first(images), training))
        return self.dense(tf.reduce_mean(tf.nn.relu(self.depthwise(x)), [1, 2]))


class Dropping(Small):
    """The small network with dropout, whose random state is part of what a training starts with."""

    def __init__(self, rng):
        super().__init__(rng)
        self.dropout = Dropout(0.3, rng)

    def __call__(self, images, training):
        return self.dropout(super().__call__(images, training), training)


@attrs.frozen(eq=False)
class Preempted:
    """The task whose training ends like a machine that is taken away, at batch number `at`."""

    task: object
    at: int

    def __getattr__(self, name):
        return getattr(self.task, name)

    def training_batches(self, *arguments):
        for number, batch in enumerate(self.task.training_batches(*arguments)):
            if number == self.at:
                raise KeyboardInterrupt
            yield batch
