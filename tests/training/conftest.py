"""Shards of a small set of real JPEGs in ImageNet's format: one folder that all tests read, and copies to change."""

import shutil

import pytest


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of shards that the script makes, which no test changes."""
    from imagenet_sample import build, write_images

    folder = tmp_path_factory.mktemp("imagenet")
    write_images(folder)
    result = build(folder)
    assert result.exit_code == 0, result.stderr
    return folder / "shards"


@pytest.fixture
def copied(built, tmp_path):
    """A copy of the folder that the test may change."""
    from nasplug.training.imagenet.shards import read_folder

    shutil.copytree(built, tmp_path / "shards")
    read_folder.cache_clear()
    return tmp_path / "shards"
