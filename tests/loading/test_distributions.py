"""Distributions on the path: what they announce, and those that are left over of an interrupted uninstallation."""

import pytest

from nasplug.loading import discovery, distributions
from nasplug.loading.distributions import announced, unreadable, version_of


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder at the front of the path."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def write(site, folder, **files):
    """Writes the metadata of a distribution; METADATA and entry_points.txt are left out unless they are given."""
    (site / folder).mkdir()
    for name, text in files.items():
        (site / folder / {"entry_points": "entry_points.txt"}.get(name, name)).write_text(text)


def metadata(name, version="1.2"):
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


SPACE = "[nasplug.spaces]\nforeign = foreign_module:Space\n"
BROKEN = [{}, {"METADATA": ""}, {"METADATA": "Name: stranger\n"}, {"METADATA": "Version: 1\n"}]


def of(project):
    return [point.name for point, name, _ in announced(["nasplug.spaces"]) if name == project]


def test_a_distribution_announces_its_plugins_with_its_name_and_version(site):
    write(site, "stranger-1.2.dist-info", METADATA=metadata("stranger"), entry_points=SPACE)
    [found] = [(point.value, version) for point, name, version in announced(["nasplug.spaces"]) if name == "stranger"]
    assert found == ("foreign_module:Space", "1.2")


@pytest.mark.parametrize("files", BROKEN)
def test_what_is_left_over_without_metadata_announces_nothing_and_is_told(site, files):
    write(site, "stranger-1.2.dist-info", **files, entry_points=SPACE)
    assert "foreign" not in [plugin.name for plugin in discovery.installed("space")]
    assert [path for path in unreadable() if path.parent == site] == [site / "stranger-1.2.dist-info"]


def test_entry_points_that_cannot_be_read_spoil_no_others(site):
    write(site, "stranger-1.2.dist-info", METADATA=metadata("stranger"), entry_points="no section\nno equals sign\n")
    write(site, "good-1.2.dist-info", METADATA=metadata("good"), entry_points=SPACE)
    assert (of("good"), of("stranger")) == (["foreign"], [])


@pytest.mark.parametrize("files", BROKEN)
def test_what_is_left_over_of_a_project_does_not_hide_the_installed_one(site, files):
    write(site, "nasplug_strategies-0.0.9.dist-info", **files)
    write(site, "nasplug-0.0.9.dist-info", **files)
    assert discovery.load("strategy", "random").__name__ == "RandomSearch"
    assert version_of("nasplug") not in (None, "0.0.9")


def test_the_first_of_two_installations_of_a_project_counts(site):
    write(site, "Stranger_X-2.dist-info", METADATA=metadata("Stranger_X", "2"), entry_points=SPACE)
    write(site, "stranger_x.egg-info", **{"PKG-INFO": metadata("stranger-x", "1")}, entry_points=SPACE)
    found = [(name, version) for _, name, version in announced(["nasplug.spaces"]) if name.lower().startswith("strang")]
    assert len(found) == 1


def test_a_project_that_is_not_installed_has_no_version():
    assert version_of("no-such-project") is None


def test_metadata_that_raise_are_left_over(monkeypatch):
    class Raises:
        entry_points = property(lambda self: 1 / 0)
        metadata = property(lambda self: 1 / 0)

    monkeypatch.setattr(distributions.metadata, "distributions", lambda **_: [Raises()])
    assert list(announced(["nasplug.spaces"])) == []
    assert version_of("nasplug") is None
