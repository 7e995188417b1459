"""What is trained on each task, and what is recommended to strategies."""

import attrs
import pytest
from nasplug_proxyless.settings import EMBEDDED, QUICK, SETTINGS, recommended
from stripes_task import Stripes

from nasplug.training import Recipe


def test_imagenet_is_trained_with_the_defaults_of_a_recipe_which_are_the_papers():
    setting = SETTINGS["imagenet"]
    assert setting.recipe == Recipe()
    assert (setting.resolution, setting.classes, setting.channels) == (224, 1000, 3)
    assert (setting.width, setting.repeats) == (1.0, 1)


@pytest.mark.parametrize("task", ["cluttered-fashion-mnist", "fashion-mnist"])
def test_embedded_tasks_are_trained_as_their_page_says(task):
    setting = SETTINGS[task]
    assert (setting.resolution, setting.classes, setting.channels) == (32, 10, 1)
    assert (setting.width, setting.repeats) == (0.25, 12)
    assert setting.recipe == Recipe(
        batch=32, epochs=1, final_epochs=3, learning_rate=0.002, warmup=0.1, epsilon=1e-3, final_dropout=0.0,
        norm_momentum=0.9, estimate_batches=4,
    )  # fmt: skip
    assert setting.recipe.estimate_batches * setting.recipe.estimate_size == 2000


def test_the_quick_task_trains_the_same_networks_in_the_same_way_once_and_scores_them_while_they_learn():
    assert SETTINGS["quick-fashion-mnist"] is QUICK
    assert attrs.evolve(EMBEDDED, repeats=1, recipe=attrs.evolve(EMBEDDED.recipe, scores=True)) == QUICK
    assert not any(setting.recipe.scores for setting in SETTINGS.values() if setting is not QUICK)


def test_the_predictor_on_the_quick_task_chooses_most_of_forty_networks_or_more():
    values = recommended("neural_predictor", "quick-fashion-mnist")
    assert values["budget"] >= 40
    assert values["budget"] - values["n"] >= 24


def test_a_setting_takes_the_size_the_classes_and_the_channels_of_a_task_and_nothing_else():
    setting = EMBEDDED.for_task(Stripes(12))
    assert setting == attrs.evolve(EMBEDDED, resolution=12, classes=3, channels=2)


@pytest.mark.parametrize(
    ("task", "strategy", "values"),
    [
        ("fashion-mnist", "random", {"budget": 8, "batch": 2, "workers": 2, "device": "pixel1", "confirm": (3, 1)}),
        ("other:task", "strange", {"budget": 8, "batch": 2, "workers": 2, "device": "pixel1", "confirm": (3, 1)}),
        ("fashion-mnist", "regularized_evolution", {"budget": 8, "population": 4, "tournament": 2, "device": "pixel1"}),
        (
            "fashion-mnist",
            "neural_predictor",
            {"budget": 8, "refit": 2, "paper": {"stages": 1, "layers": 4, "size": 32}},
        ),
        ("quick-fashion-mnist", "random", {"budget": 44, "batch": 2, "workers": 2, "device": "pixel1"}),
        ("quick-fashion-mnist", "regularized_evolution", {"budget": 44, "population": 12, "tournament": 4}),
        ("imagenet", "strange", {"budget": 129}),
        ("imagenet", "regularized_evolution", {"budget": 129, "population": 50, "tournament": 10}),
        ("imagenet", "neural_predictor", {"budget": 180}),
    ],
)
def test_each_strategy_gets_the_values_of_its_task(task, strategy, values):
    recommendation = recommended(strategy, task)
    assert {name: recommendation[name] for name in values} == values


def test_the_predictor_on_imagenet_has_the_size_of_the_papers():
    assert recommended("neural_predictor", "imagenet")["paper"] == {
        "stages": 1, "layers": 18, "size": 96, "hidden": (512, 128), "lr": 1e-3, "weight_decay": 1e-5,
    }  # fmt: skip


def test_a_recommendation_may_be_changed_without_changing_the_next_one():
    recommended("random", "imagenet")["budget"] = 1
    assert recommended("random", "imagenet") == {"budget": 129}
