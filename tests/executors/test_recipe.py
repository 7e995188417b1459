"""A worker makes a run's space again from its class and its options."""

from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest
import toy

from nasplug import option
from nasplug.errors import ConfigurationError
from nasplug.executors.recipe import SpaceRecipe, hooks_of_space


@attrs.define(eq=False)
class Listing(toy.ToySpace):
    """A space with an option that has no hash."""

    names: list[str] = option([], "several")


def recipe(space):
    return SpaceRecipe.of(SimpleNamespace(space=space))


def evaluated(space_recipe):
    return hooks_of_space(space_recipe).evaluate(
        architecture=toy.architecture(0, 0, 0), purpose="final", epochs=None, seed=0
    )


def test_a_recipe_makes_the_space_with_all_its_options():
    space_recipe = recipe(toy.ToySpace(value=12.5, metric="flops"))
    assert space_recipe.plugin == "toy:ToySpace"
    assert {"value", "metric", "seconds"} <= space_recipe.options.keys()
    assert (evaluated(space_recipe).accuracy, evaluated(space_recipe).metrics) == (12.5, {"flops": 100.0})


def test_a_recipe_that_travelled_as_text_makes_the_same_space():
    space_recipe = recipe(toy.ToySpace(value=12.5, calls=None))
    decoded = SpaceRecipe.from_json(space_recipe.to_json())
    assert (decoded, decoded.plugin, decoded.options) == (space_recipe, space_recipe.plugin, space_recipe.options)
    assert evaluated(decoded).accuracy == 12.5


def test_a_space_is_made_once_for_a_recipe_and_again_for_another():
    first, second = recipe(toy.ToySpace(value=1.0)), recipe(toy.ToySpace(value=1.0))
    assert first != second
    hooks = hooks_of_space(first)
    assert hooks_of_space(SpaceRecipe.from_json(first.to_json())) is hooks
    assert hooks_of_space(second) is not hooks


def test_options_without_a_hash_travel():
    space_recipe = SpaceRecipe("test_recipe:Listing", {"names": ["a", "b"]})
    assert hash(space_recipe) == hash(SpaceRecipe.from_json(space_recipe.to_json()))
    assert SpaceRecipe.from_json(space_recipe.to_json()).options == {"names": "a,b"}  # which the option reads as a list


def test_paths_and_sequences_travel_as_texts_and_a_relative_path_as_an_absolute_one():
    space_recipe = SpaceRecipe("toy:ToySpace", {"folder": Path("data"), "sizes": (1, 2), "rate": 0.5, "none": None})
    travelled = SpaceRecipe.from_json(space_recipe.to_json()).options
    assert travelled == {"folder": str(Path.cwd() / "data"), "sizes": "1,2", "rate": 0.5, "none": None}


def test_an_option_that_is_no_text_is_refused_by_name():
    with pytest.raises(ConfigurationError, match="option net is a object, which cannot travel to a worker"):
        SpaceRecipe("toy:ToySpace", {"net": object()}).to_json()


def test_a_class_that_a_worker_cannot_import_is_refused():
    class Local(toy.ToySpace):
        """Inside a function."""

    with pytest.raises(ConfigurationError, match="cannot import the space .*Local.*Move it to a module"):
        recipe(Local())
    main = type("Main", (toy.ToySpace,), {"__module__": "__main__"})
    with pytest.raises(ConfigurationError, match="'Main': it is defined in __main__"):
        recipe(main())
