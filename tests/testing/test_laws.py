"""What the kit says of a law: kept, broken or not tried; a plugin that makes a law itself stumble ends none."""

import pydoc
import re
from contextlib import suppress
from itertools import islice

import pytest

from nasplug import hookimpl, plugin
from nasplug.errors import OptionError
from nasplug.testing import MiddlewareConformance, SpaceConformance, StrategyConformance, Toy, check
from nasplug.testing.contract import PluginConformance
from nasplug.testing.laws import Broken, Laws, NotApplicable, law
from nasplug.testing.toy import HillClimber


def conformance(**attributes):
    return type("Checked", (SpaceConformance,), attributes)()


def verdicts(**attributes):
    return {verdict.law: verdict for verdict in check(type(conformance(**attributes)))}


class Windowed(Toy):
    @hookimpl
    def sample_within(self, device, low, high, count, rng):
        drawn = (Toy.sample(self, rng) for _ in range(10_000))
        return list(islice((one for one in drawn if low <= self.measure_latency(one, device) <= high), count))


class Unlisted(Windowed):
    @hookimpl
    def devices(self):
        return []


def test_a_window_without_a_device_is_not_applicable():
    with pytest.raises(NotApplicable, match="class attribute devices"):
        conformance(space=Unlisted).test_samples_lie_within_a_window()


def test_a_window_on_an_unknown_device_is_not_applicable():
    with pytest.raises(NotApplicable, match="0 of 20 samples have a latency on 'abacus'"):
        conformance(space=Windowed, devices=("abacus",)).test_samples_lie_within_a_window()


@pytest.mark.parametrize(("space", "devices"), [(Windowed, ()), (Unlisted, ("toyphone",))])
def test_a_window_is_tested_on_the_devices_that_the_space_or_the_test_names(space, devices):
    checked = conformance(space=space, devices=devices)
    assert checked.known_devices() == ["toyphone"]
    checked.test_samples_lie_within_a_window()


def test_a_law_that_stumbles_over_an_answer_is_broken():
    class Stumbles(Laws):
        @law()
        def test_division(self):
            """Nothing is divided by zero.

            The quotient is not defined.
            """
            return 1 / 0

    with pytest.raises(Broken, match="happened:  ZeroDivisionError: division by zero"):
        Stumbles().test_division()


def test_a_class_that_wants_more_than_options_is_told_by_one_law():
    class Wants(Toy):
        def __init__(self, table):
            self.table = table

    states = {name: verdict.state for name, verdict in verdicts(space=Wants).items()}
    assert states.pop("test_instances_can_be_made") == "broken"
    assert set(states.values()) == {"not applicable"}


def test_a_wrong_option_is_the_mistake_of_who_asks():
    with pytest.raises(OptionError, match="has no option 'size'"):
        verdicts(space=Toy, options={"size": 3})


def typed(base, *mixed):
    """Returns a plugin class that inherits its hooks, and a type of `nasplug.plugin` behind them."""
    return type(f"Typed{base.__name__}", (*mixed, base), {})


@pytest.mark.parametrize("law", SpaceConformance.laws())
def test_a_space_may_inherit_its_type(law):
    """The methods that only the type declares are not marked as hooks, and count as not implemented."""
    kind = typed(plugin.Space, Toy)
    assert {"features", "draw"} & conformance(space=kind).implemented().keys() == set()
    with suppress(NotApplicable):
        getattr(conformance(space=kind), law)()


def test_middleware_and_strategies_may_inherit_their_types():
    strategy = type("Checked", (StrategyConformance,), {"strategy": typed(plugin.Strategy, HillClimber)})
    middleware = type("Checked", (MiddlewareConformance,), {"middleware": typed(plugin.Middleware)})
    for checked in (strategy, middleware):
        for name in PluginConformance.laws():
            with suppress(NotApplicable):
                getattr(checked(), name)()


def test_a_type_whose_required_hook_is_missing_cannot_be_made():
    with pytest.raises(Broken, match="TypeError: Can't instantiate abstract class"):
        conformance(space=typed(plugin.Space)).test_instances_can_be_made()


def test_an_executor_that_answers_evaluate_keeps_the_laws_of_executors():
    class Local(plugin.Executor):
        @hookimpl(tryfirst=True)
        def evaluate(self, architecture, purpose, epochs, seed):
            return None

    checked = type("Checked", (MiddlewareConformance,), {"middleware": Local})()
    checked.test_executors_answer_evaluate()
    checked.test_executes_and_watches_are_booleans()


def test_exemptions_are_a_dict():
    class Vague(Toy):
        conformance_exempt = ("test_mutants_differ",)

    with pytest.raises(Broken, match="not a dict of law and reason"):
        conformance(space=Vague).test_exemptions_name_laws()


def test_an_explanation_can_be_read_without_the_docs():
    class Same(Toy):
        @hookimpl
        def mutate(self, architecture, rng):
            return architecture

    with pytest.raises(Broken) as told:
        conformance(space=Same).test_mutants_differ()
    name = re.search(r"python -m pydoc (\S+)", str(told.value))[1]
    assert "A mutant never has its parent's own code." in pydoc.render_doc(name, renderer=pydoc.plaintext)
