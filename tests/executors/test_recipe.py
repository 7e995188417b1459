"""A worker makes a run's space again: from its class and its options, or from a pickle of the instance."""

import pickle
from pathlib import Path
from types import SimpleNamespace

import attrs
import plain_space
import pytest
import toy

import nasplug
from nasplug.errors import ConfigurationError
from nasplug.executors.recipe import SpaceRecipe, hooks_of_space
from nasplug.loading import manager


def recipe(space, given=False):
    return SpaceRecipe.of(SimpleNamespace(space=space, space_given=given))


def evaluated(space_recipe):
    return hooks_of_space(space_recipe).evaluate(
        architecture=toy.architecture(0, 0, 0), purpose="final", epochs=None, seed=0, job=None
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


def test_an_instance_that_the_caller_gave_travels_as_it_is():
    space = plain_space.Plain(50.0)
    travelled = recipe(space, given=True)
    space.value = 70.0  # of no concern: the pickle was made before
    assert evaluated(travelled).accuracy == evaluated(pickle.loads(pickle.dumps(travelled))).accuracy == 50.0


def test_a_space_of_a_name_travels_as_its_name():
    assert recipe(manager.make("space", "plain_space:Plain", {})).instance is None
    assert recipe(manager.make("space", "plain_space:Structured", plain_space.STRUCTURED)).instance is None


def test_lists_tuples_and_dicts_arrive_as_they_were():
    space = manager.make("space", "plain_space:Structured", plain_space.STRUCTURED)
    assert evaluated(recipe(space)).accuracy == 90.0
    assert evaluated(SpaceRecipe.from_json(recipe(space).to_json())).accuracy == 90.0


def test_a_path_travels_as_an_absolute_one_wherever_it_stands():
    @attrs.define(eq=False)
    class Folders(toy.ToySpace):
        calls: Path = Path("data")
        more: dict = attrs.field(factory=lambda: {"a": [Path("b")]})

    vars(toy)["Folders"], Folders.__qualname__, Folders.__module__ = Folders, "Folders", "toy"
    options = recipe(Folders()).options
    del toy.Folders
    assert (options["calls"], options["more"]) == (Path.cwd() / "data", {"a": [Path.cwd() / "b"]})


def test_a_converter_is_not_applied_twice():
    assert evaluated(recipe(manager.make("space", "plain_space:InMinutes", {"minutes": 2}))).accuracy == 2.0


def test_a_value_that_json_does_not_have_travels_in_a_pickle():
    space = manager.make("space", "plain_space:Structured", {**plain_space.STRUCTURED, "rates": {2: complex(1, 2)}})
    assert evaluated(recipe(space)).accuracy == 10.0
    with pytest.raises(ConfigurationError, match="'plain_space:Structured' cannot be written as text"):
        recipe(space).to_json()
    with pytest.raises(ConfigurationError, match="'toy:ToySpace' cannot be written as text"):
        SpaceRecipe("toy:ToySpace", {"net": object()}).to_json()


def test_a_class_that_a_worker_cannot_import_travels_with_its_code():
    class Local(toy.ToySpace):
        """Inside a function."""

        @nasplug.hookimpl
        def evaluate(self):
            return nasplug.Evaluation(self.value, 1.0)

    travelled = recipe(Local(value=20.0))
    Local.evaluate = None
    assert evaluated(travelled).accuracy == 20.0


def test_what_has_no_pickle_is_refused():
    with pytest.raises(ConfigurationError, match="'Plain' cannot be sent to a worker: .*lock.* in evaluate, or"):
        recipe(plain_space.Plain(error=plain_space.with_lock()), given=True)


def unreadable():
    raise KeyError("no such table")


class Unreadable(toy.ToySpace):
    """Can be pickled, but not read again."""

    def __reduce__(self):
        return unreadable, ()


def test_a_space_that_a_worker_cannot_make_ends_the_run():
    with pytest.raises(ConfigurationError, match=r"cannot make the space '.*:Unreadable': KeyError: 'no such table'\."):
        hooks_of_space(SpaceRecipe.of_instance(Unreadable()))
    with pytest.raises(ConfigurationError, match="cannot make the space 'nowhere:Space': DiscoveryError: .*nowhere"):
        hooks_of_space(SpaceRecipe("nowhere:Space", {}))


@pytest.mark.parametrize("problem", [MemoryError(), ConfigurationError("no data"), OSError("the disk is gone")])
def test_what_another_attempt_may_mend_is_raised_as_it_is(problem):
    class Failing(toy.ToySpace):
        def __setstate__(self, state):
            raise problem

    with pytest.raises(type(problem), match=f"^{problem}$"):
        hooks_of_space(SpaceRecipe.of_instance(Failing()))
