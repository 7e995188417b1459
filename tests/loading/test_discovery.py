"""Discovery: unknown, clashing and broken plugins, made as real distributions in a folder on the path."""

import sys

import pytest

from nasplug.errors import DiscoveryError
from nasplug.loading import discovery

MODULE = "import attrs\n\n@attrs.define(eq=False)\nclass Space:\n    pass\n"


def test_a_plugin_is_listed_without_being_imported_and_then_loaded(distribution):
    distribution("third-party", "foreign", "foreign_module:Space", "foreign_module", MODULE)
    [found] = [plugin for plugin in discovery.installed("space") if plugin.name == "foreign"]
    assert (found.provider, "foreign_module" in sys.modules) == ("third-party 1.2", False)
    assert discovery.load("space", "foreign").__name__ == "Space"


def test_an_unknown_name_is_answered_with_the_nearest_and_all_there_are(distribution):
    distribution("third-party", "foreign", "foreign_module:Space", "foreign_module", MODULE)
    with pytest.raises(
        DiscoveryError, match=r"No space named 'foriegn'.*Did you mean 'foreign'\?.*Installed spaces: .*foreign"
    ):
        discovery.load("space", "foriegn")


def test_a_strategy_asked_for_as_a_space_is_told_apart():
    with pytest.raises(DiscoveryError, match="'random' is a strategy, not a space"):
        discovery.load("space", "random")


def test_two_distributions_with_one_name_are_both_named_and_refused(distribution):
    distribution("first-party", "foreign", "one:Space")
    distribution("second-party", "foreign", "two:Space")
    with pytest.raises(
        DiscoveryError, match=r"claimed by first-party 1.2 and second-party 1.2.*one:Space or two:Space"
    ):
        discovery.load("space", "foreign")


def test_one_class_that_two_distributions_announce_is_one_plugin(distribution):
    distribution("first-party", "foreign", "foreign_module:Space", "foreign_module", MODULE)
    distribution("second-party", "foreign", "foreign_module:Space")
    assert [p.value for p in discovery.installed("space") if p.name == "foreign"] == ["foreign_module:Space"]
    assert discovery.load("space", "foreign").__name__ == "Space"


@pytest.mark.parametrize(
    ("value", "source", "cause"),
    [
        ("gone:Space", MODULE, "ModuleNotFoundError: No module named 'gone'"),
        ("foreign_module:Space", "import no_such_dependency", "No module named 'no_such_dependency'"),
        ("foreign_module:Space", "1 / 0", "ZeroDivisionError"),
        ("foreign_module:Spaec", MODULE, "no 'Spaec' in the module foreign_module"),
        ("foreign_module:attrs", MODULE, "no class"),
    ],
)
def test_a_broken_plugin_names_its_distribution_and_the_cause(distribution, value, source, cause):
    distribution("third-party", "foreign", value, "foreign_module", source)
    with pytest.raises(DiscoveryError, match=f"third-party 1.2 is broken.*{cause}"):
        discovery.load("space", "foreign")
    [found] = [plugin for plugin in discovery.installed("space") if plugin.name == "foreign"]
    assert cause in (discovery.problem(found) or "")


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ("space", "one can be named directly as package.module:Class."),
        ("strategy", "one can be named directly as package.module:Class."),
        ("middleware", "one can be named directly as package.module:Class."),
        ("task", "one can be named directly as package.module:factory."),
        ("device", "Others are added with pip."),
    ],
)
def test_a_message_about_an_unknown_name_says_how_else_a_plugin_of_that_kind_is_named(kind, advice):
    with pytest.raises(DiscoveryError, match="No .* named 'no-such' is installed") as unknown:
        discovery.find(kind, "no-such")
    assert str(unknown.value).endswith(advice)


@pytest.mark.parametrize(
    ("kind", "name", "form", "advice"),
    [
        ("space", "proxyless:width=1", "package.module:Class", "'proxyless', write --space-opt option=value; "),
        ("strategy", "random:n=1", "package.module:Class", "'random', write --strategy-opt option=value; "),
        ("middleware", "log:x.txt", "package.module:Class", "'log', write --with log:option=value; "),
        ("task", "imagenet:data=foo", "package.module:factory", "'imagenet', write --space-opt option=value; "),
    ],
)
def test_an_option_behind_a_name_is_explained_in_the_words_of_its_kind(kind, name, form, advice):
    with pytest.raises(DiscoveryError, match=f"{name!r} cannot be loaded: wanted {form}, got") as broken:
        discovery.load_factory(kind, name)
    assert f"If you meant an option of {advice}'nasplug show {name.partition(':')[0]}' lists them." in str(broken.value)


def test_a_class_can_be_named_directly():
    assert discovery.load("space", "toy:ToySpace").__name__ == "ToySpace"
    with pytest.raises(DiscoveryError, match="wanted package.module:Class, got ModuleNotFoundError"):
        discovery.load("space", "no_module:Space")


def test_a_factory_may_be_a_function_and_a_class_may_not(distribution):
    source = "def make():\n    return 'made'\n\nvalue = 7\n"
    distribution("third-party", "foreign", "factories:make", "factories", source)
    assert discovery.load_factory("space", "foreign")() == "made"
    with pytest.raises(DiscoveryError, match="third-party 1.2 is broken.*function make at .*, which is no class"):
        discovery.load("space", "foreign")
    with pytest.raises(DiscoveryError, match="got 7, which cannot be called"):
        discovery.load_factory("space", "factories:value")
    del sys.modules["factories"]


def test_plugins_of_one_kind_are_in_the_order_of_their_names(distribution):
    for project, name in [("b-lab", "zeta"), ("c-lab", "alpha"), ("a-lab", "alpha")]:
        distribution(project, name, f"{project[0]}:Lab")
    strangers = [plugin for plugin in discovery.installed("space") if plugin.value.endswith(":Lab")]
    assert [plugin.provider for plugin in strangers] == ["a-lab 1.2", "c-lab 1.2", "b-lab 1.2"]
    assert not [plugin for plugin in discovery.installed("strategy") if plugin.value.endswith(":Lab")]


def test_every_plugin_of_this_repository_loads():
    ours = [p for kind in discovery.GROUPS for p in discovery.installed(kind) if p.distribution.startswith("nasplug")]
    assert {"nasbench101", "proxyless", "random", "regularized_evolution", "neural_predictor", "cache"} <= {
        p.name for p in ours
    }
    assert [discovery.problem(plugin) for plugin in ours] == [None] * len(ours)


@pytest.mark.parametrize("name", ["./myspace.py:Mine", "myspace.py:Mine"])
def test_a_file_in_place_of_a_module_is_told_how_to_write_it(name):
    with pytest.raises(DiscoveryError, match=r"myspace\.py is a file: write myspace:Mine in its folder"):
        discovery.load("space", name)
