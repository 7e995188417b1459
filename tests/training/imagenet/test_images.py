"""From a JPEG to a standardised square image, as ResNet trainings on Cloud TPUs make it."""

import numpy as np

from nasplug.training import configure
from nasplug.training.backend import tf
from nasplug.training.imagenet.images import DEVIATION, MEAN, held_out_image, training_image, training_window

configure()
SIZE = 32
RAMP = np.broadcast_to(np.linspace(0, 255, 100)[None, :, None], (75, 100, 3)).astype(np.uint8)


def test_a_training_crop_is_part_of_the_image_and_a_function_of_its_seed():
    encoded = tf.io.encode_jpeg(RAMP, quality=100)
    crops = [training_image(encoded, [0, i], SIZE).numpy() * DEVIATION + MEAN for i in range(60)]
    np.testing.assert_array_equal(crops[3], training_image(encoded, [0, 3], SIZE).numpy() * DEVIATION + MEAN)
    slopes = [crop[16, -1, 0] - crop[16, 0, 0] for crop in crops]  # the width of the crop, negative when mirrored
    widths = np.abs(slopes) / 255
    assert 15 < sum(slope < 0 for slope in slopes) < 45
    assert widths.min() > 0.2  # 8 % of the area at an aspect of 3/4
    assert widths.max() > 0.85
    assert np.std(widths) > 0.1


def test_mirroring_does_not_depend_on_the_aspect_of_the_crop():
    encoded = tf.io.encode_jpeg(RAMP, quality=100)
    mirrored, aspects = [], []
    for number in range(100):
        crop = training_image(encoded, [0, number], SIZE).numpy()
        _, _, height, width = training_window([75, 100, 3], [0, number]).numpy()
        mirrored.append(crop[16, -1, 0] < crop[16, 0, 0])
        aspects.append(width / height)
    assert 30 < sum(mirrored) < 70
    assert abs(np.corrcoef(mirrored, aspects)[0, 1]) < 0.3  # 0.1 by chance, 0.8 with one seed for both


def test_an_evaluation_crop_is_the_centre():
    noise = np.random.default_rng(0).integers(0, 256, (256, 448, 3)).astype(np.uint8)
    encoded = tf.io.encode_jpeg(noise, quality=100)
    crop = held_out_image(encoded, 224).numpy() * DEVIATION + MEAN
    whole = tf.io.decode_jpeg(encoded).numpy()
    inside = whole[16:240, 113:335]  # 224 of 256 pixels of the shorter side; a cut changes the colours at its sides
    np.testing.assert_allclose(crop[:, 1:-1], inside, atol=1e-2)
