"""Mirrored and shifted images."""

import numpy as np

from nasplug.training import load_task
from nasplug.training.tasks.wrappers import SHIFT, Augmented, augment


def test_every_image_is_the_original_mirrored_or_shifted():
    images = np.random.default_rng(0).standard_normal((200, 8, 8, 1), np.float32)
    changed = augment(images, np.random.default_rng(1))
    changes = []
    for before, after in zip(images, changed, strict=True):
        ways = [
            (flip, down, right)
            for flip in (False, True)
            for down in range(-SHIFT, SHIFT + 1)
            for right in range(-SHIFT, SHIFT + 1)
            if np.array_equal(np.roll(before, (down, right), (0, 1))[:, :: -1 if flip else 1], after)
        ]
        assert len(ways) == 1
        changes += ways
    assert 70 < sum(flip for flip, *_ in changes) < 130
    assert {down for _, down, _ in changes} == {right for *_, right in changes} == set(range(-SHIFT, SHIFT + 1))


def test_batches_follow_the_seed_and_held_out_images_stay():
    task = load_task("fashion-mnist", 32)
    augmented = Augmented(task)
    first, second, other = (next(augmented.training_batches("search", 50, 1, seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first[0], second[0])
    assert not np.array_equal(first[0], other[0])
    plain = next(task.training_batches("search", 50, 1, 0))
    np.testing.assert_array_equal(plain[1], first[1])
    assert not np.array_equal(plain[0], first[0])
    np.testing.assert_array_equal(next(augmented.held_out_batches("final"))[0], next(task.held_out_batches("final"))[0])
    assert augmented.training_size("final") == 20_000
