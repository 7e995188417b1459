"""Options of trainings: what they set, and what is refused when they are made."""

import attrs
import pytest
from nasplug_proxyless.options import TrainingOptions
from nasplug_proxyless.settings import EMBEDDED, QUICK
from nasplug_proxyless.space import Proxyless
from stripes_task import Stripes

import nasplug
from nasplug import DiscoveryError, OptionError
from nasplug.training.tasks.wrappers import Augmented

STRIPES = "stripes_task:stripes"


def test_the_batch_brings_its_learning_rate_along():
    small, paper = (TrainingOptions(task="imagenet", batch=batch).setting.recipe for batch in (32, None))
    assert (paper.batch, paper.epochs, paper.final_epochs, paper.final_dropout) == (128, 90, 360, 0.15)
    assert small.learning_rate == paper.learning_rate / 4
    assert TrainingOptions(task="imagenet", batch=32, learning_rate=0.5).setting.recipe.learning_rate == 0.5


def test_options_replace_the_tasks_own_values_and_zero_smoothing_counts():
    options = {"width": 0.5, "resolution": 40, "repeats": 3, "epochs": 7, "label_smoothing": 0.0, "xla": True}
    setting = TrainingOptions(**options, precision="bfloat16", across_devices=True).setting
    assert (setting.width, setting.resolution, setting.repeats, setting.classes) == (0.5, 40, 3, 10)
    recipe = setting.recipe
    assert (recipe.epochs, recipe.label_smoothing, recipe.xla, recipe.precision) == (7, 0.0, True, "bfloat16")
    assert recipe.across_devices
    assert TrainingOptions(label_smoothing=0.2).setting.recipe.label_smoothing == 0.2
    assert TrainingOptions().setting == QUICK
    assert TrainingOptions(task="cluttered-fashion-mnist").setting == EMBEDDED  # which stored runs name


def test_a_task_of_another_package_decides_resolution_classes_and_channels():
    setting = TrainingOptions(task=STRIPES, resolution=12).setting
    assert setting == attrs.evolve(EMBEDDED, resolution=12, classes=3, channels=2)
    assert TrainingOptions(task=STRIPES).setting.resolution == EMBEDDED.resolution


def test_images_of_another_package_are_augmented_where_that_is_asked_for():
    plain, augmented = (TrainingOptions(task=STRIPES, augment=augment).load_task() for augment in (False, True))
    assert plain == Stripes(32)
    assert isinstance(augmented, Augmented)
    assert augmented.task == plain


def test_an_unknown_task_is_one_message_with_the_nearest_and_all_there_are():
    with pytest.raises(DiscoveryError) as refused:
        nasplug.space("proxyless", task="fashionmnist")
    assert "No task named 'fashionmnist' is installed. Did you mean 'fashion-mnist'?" in str(refused.value)
    assert "Installed tasks: cluttered-fashion-mnist, fashion-mnist, imagenet, quick-fashion-mnist" in str(
        refused.value
    )


@pytest.mark.parametrize(("options", "message"), [
    ({"tpu": "mine"}, "tpu needs accelerator=tpu"),
    ({"data": "/data"}, "task 'quick-fashion-mnist' refuses its options: .*'data'"),
    ({"validation_shards": "2"}, "'quick-fashion-mnist' refuses its options: .*'validation_shards'"),
    ({"task": "imagenet", "augment": "yes"}, "augment needs another task than imagenet"),
])  # fmt: skip
def test_an_option_that_would_change_nothing_is_refused(options, message):
    with pytest.raises(OptionError, match=message):
        nasplug.space("proxyless", **options)


@pytest.mark.parametrize("name", [
    "width", "resolution", "epochs", "repeats", "validation_shards", "batch", "learning_rate", "checkpoint_steps",
    "threads", "latency_threads",
])  # fmt: skip
def test_numbers_must_be_positive(name):
    with pytest.raises(OptionError, match=f"proxyless: '{name}' must be > 0, got 0"):
        nasplug.space("proxyless", task="imagenet", **{name: 0})


@pytest.mark.parametrize(("smoothing", "message"), [(-0.1, "must be >= 0"), (1.0, "must be < 1")])
def test_label_smoothing_is_a_share_below_one(smoothing, message):
    with pytest.raises(OptionError, match=message):
        nasplug.space("proxyless", label_smoothing=smoothing)


def test_the_space_passes_on_all_options_of_trainings_and_no_others():
    space = Proxyless(width=0.5, threads=1, latency_threads=3, mutation_probability=0.5)
    options = space.training_options
    assert type(options) is TrainingOptions
    assert attrs.asdict(options) == attrs.asdict(TrainingOptions(width=0.5, threads=1, latency_threads=3))
