"""The manager of a run: what it accepts, what it refuses, and the order of middleware."""

import attrs
import numpy as np
import pytest
import toy

import nasplug
from nasplug import Evaluation, hookimpl
from nasplug.errors import OptionError, PluginError, Unsupported
from nasplug.loading import manager


class Empty:
    """Implements nothing."""


class Unmarked:
    """Has the methods, but not the decorator."""

    def sample(self, rng): ...
    def mutate(self, architecture, rng): ...
    def evaluate(self, architecture): ...


class Misspelt(toy.ToySpace):
    @hookimpl
    def measure_latncy(self, architecture):
        return 1.0


class WrongArgument(toy.ToySpace):
    @hookimpl
    def describe(self, architectur):
        return "x"


class WithDefault(toy.ToySpace):
    @hookimpl
    def describe(self, architecture, style="short"):
        return style


@attrs.define
class Unhashable:
    @hookimpl
    def suggest(self, run, count):
        return []


@pytest.mark.parametrize(
    ("space", "complaint"),
    [
        (Empty(), "lacks the required hooks sample, mutate, evaluate"),
        (Misspelt(), r"'measure_latncy', which does not exist. Did you mean 'measure_latency'\?"),
        (
            WrongArgument(),
            r"'WrongArgument' breaks the contract of the hook 'describe': .*\{'architectur'\}.* "
            "The hook's arguments are: architecture.$",
        ),
        (Unmarked(), "Its methods of that name need the decorator @nasplug.hookimpl"),
        (WithDefault(), "describe gives defaults to style"),
    ],
)
def test_a_space_that_breaks_the_contract_is_refused(space, complaint):
    with pytest.raises(PluginError, match=complaint):
        manager.build(space)


def test_the_message_of_pluggy_is_the_one_that_ours_is_made_of():
    with pytest.raises(PluginError, match="'WrongArgument' breaks the contract") as refused:
        manager.build(WrongArgument())
    assert " ".join(str(refused.value.__cause__).split()).partition(" for hook ")[2] == (
        "'describe' hookimpl definition: describe(architectur) "
        "Argument(s) {'architectur'} are declared in the hookimpl but can not be found in the hookspec"
    )


@pytest.mark.parametrize("mark", ["tryfirst", "trylast"])
def test_an_executor_that_wants_another_place_than_the_innermost_is_refused(mark):
    class Executor:
        executes = True

        @hookimpl(**{mark: True})
        def evaluate(self):
            return None

    class Cache(Executor):
        executes = False

    manager.build(toy.ToySpace(), None, [Cache()])
    with pytest.raises(PluginError, match="The middleware 'Executor' is an executor, which is the innermost"):
        manager.build(toy.ToySpace(), None, [Executor()])


def test_an_executor_may_choose_the_place_of_its_other_hooks():
    class Executor:
        executes = True

        @hookimpl(tryfirst=True)
        def on_start(self):
            return None

    executor = Executor()
    built = manager.build(toy.ToySpace(), None, [executor])
    assert [implementation.plugin for implementation in built.hook.on_start.get_hookimpls()] == [executor]


def test_a_strategy_that_breaks_the_contract_is_refused():
    with pytest.raises(PluginError, match="lacks the required hook suggest"):
        manager.build(toy.ToySpace(), Empty())
    with pytest.raises(PluginError, match=r"@attrs.define\(eq=False\)"):
        manager.build(toy.ToySpace(), Unhashable())


def test_the_first_middleware_is_outermost():
    class Named:
        def __init__(self, name):
            self.name = name

        @hookimpl(wrapper=True)
        def evaluate(self):
            evaluation = yield
            return attrs.evolve(evaluation, source=f"{self.name}({evaluation.source})")

    hook = manager.build(toy.ToySpace(), None, [Named("outer"), Named("inner")]).hook
    job = toy.job(0, 0, 0)
    evaluation = hook.evaluate(architecture=job.architecture, purpose="search", epochs=None, seed=0, job=job)
    assert evaluation.source == "outer(inner(toy))"


def test_two_managers_know_nothing_of_each_other():
    calls = []

    class Spy:
        @hookimpl
        def on_start(self, run):
            calls.append(run)

    manager.build(toy.ToySpace(), None, [Spy()])
    manager.build(toy.ToySpace()).hook.on_start(run=None)
    assert calls == []


def test_a_space_alone_answers_through_its_hooks():
    space = nasplug.space("toy:ToySpace", value=77)
    drawn = space.sample(rng=np.random.default_rng(0))
    job = toy.job(*drawn.code)
    assert isinstance(space.evaluate(architecture=drawn, purpose="search", epochs=None, seed=0, job=job), Evaluation)
    assert space.canonical(architecture=drawn) == space.describe(architecture=drawn) == str(drawn)
    assert space.features(architectures=[drawn]) is None


def test_what_a_space_cannot_do_is_an_error_that_names_it():
    space = nasplug.space("toy:ToySpace")
    with pytest.raises(Unsupported, match="'toy:ToySpace' cannot encode architectures as graphs"):
        space.encode_graph(architectures=[])
    with pytest.raises(Unsupported, match="'toy:ToySpace' cannot tell latencies on the device 'abacus'"):
        space.measure_latency(architecture=toy.architecture(0, 0, 0), device="abacus")
    assert space.measure_latency(architecture=toy.architecture(0, 1, 0), device="toyphone") == 11.0


def test_a_class_is_made_with_its_options():
    assert manager.make("space", toy.ToySpace, {"value": "7"}).value == 7.0
    assert manager.name_of(toy.ToySpace) == "ToySpace"
    with pytest.raises(OptionError, match="ToySpace: option value wants float, got 'abc'"):
        manager.make("space", toy.ToySpace, {"value": "abc"})


def test_options_beside_an_instance_are_refused():
    with pytest.raises(OptionError, match="beside an instance of ToySpace"):
        manager.make("space", toy.ToySpace(), {"value": 1})
