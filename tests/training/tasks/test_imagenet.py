"""ImageNet by its name: how many training shards a search validates on."""

import pytest

from nasplug.errors import ConfigurationError
from nasplug.training.imagenet import shards
from nasplug.training.imagenet.shards import Shard, Shards
from nasplug.training.tasks.imagenet import imagenet


@pytest.fixture
def folder(monkeypatch):
    """Returns a function that makes a folder look as if it had so many training shards."""

    def of(number):
        parts = tuple(Shard(f"train-{i}", 1) for i in range(number))
        monkeypatch.setattr(shards, "read_folder", lambda data: Shards(parts, parts[:1], 4))
        return "folder"

    return of


@pytest.mark.parametrize(
    ("number", "option", "held_out"),
    [(1024, None, 40), (512, None, 20), (64, None, 2), (65, None, 3), (2, None, 1), (1024, 7, 7), (2, 1, 1), (8, 7, 7)],
)
def test_a_search_validates_on_40_of_1024_shards_or_the_same_share_or_as_many_as_the_option_says(
    folder, number, option, held_out
):
    task = imagenet(224, folder(number), option)
    assert (task.held_out, task.resolution, task.classes, task.channels) == (held_out, 224, 4, 3)


@pytest.mark.parametrize(("number", "option"), [(8, 8), (8, 9), (8, 0), (1, None)])
def test_a_shard_must_be_left_on_either_side(folder, number, option):
    with pytest.raises(ConfigurationError, match=f"of {number} training shards cannot be kept for validation"):
        imagenet(224, folder(number), option)


def test_the_folder_is_needed():
    with pytest.raises(ConfigurationError, match="task=imagenet needs --space-opt data=DIR"):
        imagenet(224)
