"""The plugins of a run: who is made, in which order they are called, and what is refused."""

import attrs
import pytest
import toy

from nasplug import hookimpl
from nasplug.engine.request import RunRequest
from nasplug.engine.search import explain
from nasplug.engine.selection import Selection
from nasplug.errors import PluginError, Unsupported, UsageError


def select(**request):
    return Selection.of_request(RunRequest(toy.ToySpace(), "toy:Grid", **request))


def names(**request):
    return [middleware.name for middleware in select(**request).middleware]


def test_one_middleware_may_be_given_without_a_list():
    assert names(middleware="cache") == ["cache"]


def test_max_cost_stands_for_a_budget():
    assert names(middleware=["cache"], max_cost=5.0) == ["cache", "budget:max_cost=5.0"]
    assert select(max_cost=5.0).middleware[0].instance.max_cost == 5.0


def test_a_timeout_stands_for_processes_unless_there_is_an_executor():
    assert names(timeout=5.0) == ["processes"]
    assert names(middleware=["processes:memory=1"], timeout=5.0) == ["processes:memory=1"]
    assert names() == []


def test_an_executor_is_innermost_wherever_it_is_named():
    assert names(middleware=["processes", "cache", "log"]) == ["cache", "log", "processes"]


def test_two_executors_are_refused():
    with pytest.raises(UsageError, match="one executor, got processes and processes:memory=1"):
        select(middleware=["processes", "cache", "processes:memory=1"])


@attrs.define(eq=False)
class Own:
    """Middleware of a user."""

    watches: bool = False


@pytest.mark.parametrize("watches", [False, True])
def test_middleware_says_itself_whether_it_only_watches(watches):
    request = RunRequest(toy.ToySpace(), "toy:Grid", middleware=[Own(watches)])
    settings = Selection.of_request(request).settings(request)
    assert (settings.middleware, settings.watching) == (["Own"], ["Own"] * watches)


def test_the_chain_of_a_run_is_told_without_running_it():
    chain, hooks = explain("toy:ToySpace", "toy:Grid", middleware=["processes", "budget:target=90", "cache"])
    assert chain == ["budget:target=90", "cache", "processes", "toy:ToySpace"]
    assert hooks["evaluate"] == ["cache", "processes", "toy:ToySpace", "fallback"]
    assert hooks["suggest"] == ["toy:Grid"]
    assert hooks["on_trial"] == ["budget:target=90", "cache"]
    assert "predict" not in hooks


def test_evaluations_are_asked_in_the_order_of_the_chain():
    order = []

    def middleware(name, **attributes):
        def evaluate(self):
            order.append(name)

        return type(name, (), {"evaluate": hookimpl(evaluate), **attributes})()

    class Mute(toy.ToySpace):
        @hookimpl
        def evaluate(self):
            order.append("space")

    plugins = [middleware("Inner", executes=True), middleware("First"), middleware("Second")]
    request = RunRequest(Mute(), "toy:Grid", middleware=plugins)
    selection = Selection.of_request(request)
    hook = selection.manager(selection.settings(request)).hook
    with pytest.raises(PluginError, match="returned None"):  # each lets the next one answer
        hook.evaluate(
            architecture=toy.architecture(0, 0, 0), purpose="search", epochs=None, seed=0, job=toy.job(0, 0, 0)
        )
    assert order == ["First", "Second", "Inner", "space"]


def test_explaining_a_run_refuses_a_device_that_no_plugin_knows():
    with pytest.raises(Unsupported, match="the device 'abacus': no plugin knows it"):
        explain("toy:ToySpace", "toy:Grid", device="abacus")
    assert explain("toy:ToySpace", "toy:Grid", device="toyphone")  # which the space does not list


def test_explaining_a_run_measures_nothing_on_a_device_that_a_plugin_lists():
    class Listing(toy.ToySpace):
        @hookimpl
        def devices(self):
            return ["slow"]

        @hookimpl
        def measure_latency(self):
            raise AssertionError("this measures")

    assert explain(Listing(), "toy:Grid", device="slow")


class Advising(toy.ToySpace):
    """Recommends settings of the run."""

    @hookimpl
    def recommend(self, strategy):
        return {"budget": 9, "workers": 2, "device": "toyphone"}


def settings_of(space, **request):
    request = RunRequest(space, "toy:Grid", **request)
    return Selection.of_request(request).settings(request)


def test_what_is_left_open_is_recommended_by_the_space_or_the_default():
    advised, plain = settings_of(Advising()), settings_of(toy.ToySpace())
    assert (advised.budget, advised.workers, advised.batch, advised.device) == (9, 2, 2, "toyphone")
    assert (plain.budget, plain.workers, plain.batch, plain.device) == (100, 1, 1, None)


def test_the_users_own_settings_override_recommendations():
    own = settings_of(Advising(), budget=3, workers=1, batch=4, device="other")
    assert (own.budget, own.workers, own.batch, own.device) == (3, 1, 4, "other")


def test_there_is_no_default_budget_beside_a_bound_of_cost():
    assert settings_of(Advising(), max_cost=5.0).budget is None
    assert settings_of(Advising(), max_cost=5.0, budget=3).budget == 3


def test_every_setting_of_a_request_reaches_the_run():
    values = {"seed": 4, "epochs": 5, "asynchronous": True, "timeout": 6.0, "retries": 7}
    settings = settings_of(toy.ToySpace(), latency=(1.0, 2.0), device="toyphone", **values)
    assert {name: getattr(settings, name) for name in values} == values
    assert settings.latency_window == (1.0, 2.0)


def test_a_recommendation_that_is_no_dict_is_the_fault_of_the_space():
    class Vague(toy.ToySpace):
        @hookimpl
        def recommend(self, strategy):
            return [strategy]

    with pytest.raises(PluginError, match=r"'Vague' must recommend a dict of option values, not \['Grid'\]"):
        Selection.of(Vague(), toy.Grid(), {}, {})


def test_a_recommended_option_fills_what_the_user_left_out():
    class Recommending(toy.ToySpace):
        @hookimpl
        def recommend(self, strategy):
            return {"mute": "yes"}

    assert Selection.of(Recommending(), "toy:Clueless", {}, {}).strategy.mute is True
    assert Selection.of(Recommending(), "toy:Clueless", {}, {"mute": "no"}).strategy.mute is False
