"""Accuracy and loss on held-out images: each counts once, padding does not."""

import numpy as np
import pytest
from stripes_task import Stripes

from nasplug.training import Recipe, configure
from nasplug.training.backend import tf
from nasplug.training.distribution import Placement
from nasplug.training.held_out import HeldOutPass

configure()


class Means(tf.Module):
    """Three logits that are means of parts of an image; right by chance only."""

    def __call__(self, images, training):
        assert not training
        return tf.stack(
            [tf.reduce_mean(images[:, 0], [1, 2]), tf.reduce_mean(images[:, 1], [1, 2]), images[:, 0, 0, 1]], 1
        )


@pytest.mark.parametrize("purpose", ["search", "final"])
def test_scores_are_means_over_all_images_of_batches_of_different_sizes(purpose):
    task, network = Stripes(8), Means()
    logits, labels = [], []
    for images, part in task.held_out_batches(purpose):  # 20 images, then 10
        logits.append(network(images, False).numpy())
        labels.append(part)
    logits, labels = np.concatenate(logits).astype(float), np.concatenate(labels)
    losses = np.log(np.exp(logits).sum(1)) - logits[np.arange(30), labels]
    accuracy, loss = HeldOutPass(network, task, Recipe(), Placement.default()).scores(purpose)
    assert accuracy == pytest.approx(100 * np.mean(logits.argmax(1) == labels))
    assert loss == pytest.approx(losses.mean(), rel=1e-5)
