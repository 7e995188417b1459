"""Tasks by name: nasplug's own, those of other distributions, and factories that are named directly."""

import subprocess
import sys

import pytest
from distributions import announce
from stripes_task import Stripes

from nasplug.errors import ConfigurationError, DiscoveryError, OptionError
from nasplug.training import Task, load_task
from nasplug.training.tasks.registry import describe_task, task_factory
from nasplug.training.tasks.task import ShardedTask, batches_per_epoch
from nasplug.training.tasks.wrappers import Augmented

OWN = ["cluttered-fashion-mnist", "fashion-mnist", "imagenet", "quick-fashion-mnist"]


@pytest.fixture
def announced(tmp_path, monkeypatch):
    """A distribution on the path that announces the task `stripes`."""
    announce(tmp_path, "stripes-for-nasplug", "nasplug.tasks", "stripes", "stripes_task:stripes")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    load_task.cache_clear()


@pytest.mark.usefixtures("announced")
def test_a_task_of_another_distribution_is_loaded_by_its_name():
    assert load_task("stripes", 16) == Stripes(16)
    assert describe_task("stripes") == "Stripes in two directions, and noise"


def test_a_factory_can_be_named_directly_and_gets_its_options():
    assert load_task("stripes_task:stripes", 8) == load_task("stripes_task:stripes", 8, data="there") == Stripes(8)
    with pytest.raises(ConfigurationError, match="no stripes here"):
        load_task("stripes_task:stripes", 8, data="missing")


def test_a_task_is_loaded_once_for_the_same_arguments():
    assert load_task("stripes_task:stripes", 8) is load_task("stripes_task:stripes", 8)
    assert load_task("stripes_task:stripes", 8) is not load_task("stripes_task:stripes", 9)


@pytest.mark.usefixtures("announced")
def test_an_unknown_task_is_answered_with_the_nearest_and_all_there_are():
    with pytest.raises(DiscoveryError) as refused:
        load_task("strips", 16)
    assert "No task named 'strips' is installed. Did you mean 'stripes'?" in str(refused.value)
    assert f"Installed tasks: {', '.join([*OWN, 'stripes'])}." in str(refused.value)


@pytest.mark.parametrize("name", ["stripes_task:nothing", "stripes_task:NOT_A_FACTORY", "no_module:stripes"])
def test_what_is_no_factory_is_refused_by_name(name):
    with pytest.raises(DiscoveryError, match=f"The task '{name}' cannot be loaded"):
        load_task(name, 16)


@pytest.mark.parametrize("name", ["fashion-mnist", "stripes_task:stripes"])
def test_an_option_that_a_task_does_not_have_is_refused_before_it_is_loaded(name):
    with pytest.raises(OptionError, match=f"The task '{name}' refuses its options: .*'validation_shards'"):
        task_factory(name, validation_shards=3)


def test_imagenet_without_its_folder_says_what_to_do():
    with pytest.raises(ConfigurationError, match="task=imagenet needs --space-opt data=DIR"):
        load_task("imagenet", 224)


@pytest.mark.parametrize("name", ["cluttered-fashion-mnist", "fashion-mnist", "quick-fashion-mnist"])
def test_embedded_tasks_refuse_images_smaller_than_their_objects(name):
    with pytest.raises(ConfigurationError, match="a resolution of at least 28 pixels, got 27"):
        load_task(name, 27)


def test_names_and_options_are_checked_and_images_loaded_without_tensorflow():
    code = (
        "import sys; from nasplug.training import load_task; from nasplug.training.tasks.registry import task_factory\n"
        "task_factory('imagenet', data='x', validation_shards=3)\n"
        "load_task('fashion-mnist', 28)\n"
        "print('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_a_wrapped_task_is_read_whole_by_every_host():
    task: Task = Augmented(Stripes(8))
    assert not isinstance(task, ShardedTask)
    assert (task.classes, task.channels, task.resolution, task.training_size("search")) == (3, 2, 8, 96)


def test_an_epoch_has_full_batches_alone():
    assert [batches_per_epoch(Stripes(8), "search", batch) for batch in (32, 33, 96)] == [3, 2, 1]
    with pytest.raises(ConfigurationError, match="96 training images do not make one batch of 97"):
        batches_per_epoch(Stripes(8), "search", 97)
