"""What a training writes beside its result: folders in buckets, and scalars for TensorBoard."""

from pathlib import Path

import attrs
from small import FEW, RECIPE, Small

from nasplug.training import configure
from nasplug.training.backend import tf
from nasplug.training.files import EventWriter, TrainingFiles, tensorflow_path
from nasplug.training.loop import Training

configure()


def test_buckets_keep_both_slashes(tmp_path):
    assert tensorflow_path(Path("gs://bucket/imagenet")) == "gs://bucket/imagenet"
    assert tensorflow_path(tmp_path) == str(tmp_path)


def test_scalars_go_into_a_bucket():
    events = EventWriter(Path("ram://scalars/board"))  # TensorFlow's file system in memory, reached as gs:// is
    events.write(7, loss=0.5)
    events.close()
    (name,) = tf.io.gfile.listdir("ram://scalars/board")
    assert len(list(tf.data.TFRecordDataset(f"ram://scalars/board/{name}"))) == 2
    assert not Path("ram:").exists()


def test_a_training_writes_readable_events(tmp_path):
    recipe = attrs.evolve(RECIPE, epochs=2, batch=10)
    Training(Small, FEW, recipe, "search").run(3, TrainingFiles(tensorboard=tmp_path / "board"))
    (path,) = (tmp_path / "board").glob("events.out.tfevents.*")
    events = [tf.compat.v1.Event.FromString(record.numpy()) for record in tf.data.TFRecordDataset(str(path))]
    values = {(event.step, value.tag): value.simple_value for event in events for value in event.summary.value}
    assert events[0].file_version == "brain.Event:2"
    assert {tag for _, tag in values} == {"loss", "learning_rate", "images_per_second"}
    assert max(step for step, _ in values) == 200
    assert values[(200, "learning_rate")] < values[(112, "learning_rate")] < RECIPE.learning_rate
    assert values[(200, "loss")] < values[(16, "loss")]
