"""What the core answers where no plugin of a run does: codes, refusals, and latencies of installed devices."""

import sys

import pytest
import toy

import nasplug
from nasplug.errors import DiscoveryError, PluginError, Unsupported
from nasplug.loading import manager

STOPWATCH = """
import nasplug

class Stopwatch:
    made, spaces = [], []

    def __init__(self):
        self.made.append(self)

    def attach(self, space):
        self.spaces.append(space)

    @nasplug.hookimpl
    def devices(self):
        return ["stopwatch"]

    @nasplug.hookimpl
    def measure_latency(self, architecture, device):
        return 100.0 * len(device) + len(self.spaces[0].describe(architecture=architecture))
"""
CODE = toy.architecture(0, 1, 2)


@pytest.fixture
def stopwatch(distribution):
    """Returns the class of an installed device, imported at its first use."""
    distribution("a-lab", "stopwatch", "lab:Stopwatch", "lab", STOPWATCH, group="nasplug.devices")
    yield lambda: sys.modules["lab"].Stopwatch
    sys.modules.pop("lab", None)


def test_a_device_is_made_once_attached_to_the_space_and_measures(stopwatch):
    space = manager.space("toy:ToySpace")
    assert "lab" not in sys.modules
    latencies = [space.measure_latency(architecture=CODE, device="stopwatch") for _ in range(2)]
    assert latencies == [900.0 + len("toy:0,1,2")] * 2
    assert (len(stopwatch().made), stopwatch().spaces) == (1, [space])


def test_another_run_makes_a_device_of_its_own(stopwatch):
    spaces = [manager.space("toy:ToySpace") for _ in range(2)]
    for space in spaces:
        space.measure_latency(architecture=CODE, device="stopwatch")
    assert stopwatch().spaces == spaces


def test_the_space_is_asked_before_an_installed_device(distribution):
    distribution("a-lab", "toyphone", "no_such_module:Device", group="nasplug.devices")
    assert manager.space("toy:ToySpace").measure_latency(architecture=CODE, device="toyphone") == 13.0


def test_a_device_needs_no_attach(distribution):
    source = "class Plain:\n    def measure_latency(self, architecture, device):\n        return 5.0\n"
    distribution("a-lab", "plain", "plain_lab:Plain", "plain_lab", source, group="nasplug.devices")
    assert manager.space("toy:ToySpace").measure_latency(architecture=CODE, device="plain") == 5.0
    del sys.modules["plain_lab"]


def test_installed_devices_are_listed_without_being_imported(stopwatch):
    devices = manager.space("toy:ToySpace").devices()
    assert "stopwatch" in [name for names in devices for name in names]
    assert "lab" not in sys.modules


@pytest.mark.usefixtures("stopwatch")
def test_an_unknown_device_is_answered_with_the_nearest_and_all_there_are():
    class Phones(toy.ToySpace):
        @nasplug.hookimpl
        def devices(self):
            return ["toyphone", "another"]

    hook = manager.build(Phones(), space_name="phones").hook
    with pytest.raises(Unsupported) as told:
        hook.measure_latency(architecture=CODE, device="stopwtch")
    assert str(told.value) == (
        "The space 'phones' cannot tell latencies on the device 'stopwtch': no plugin knows it. "
        "Did you mean 'stopwatch'? Known devices: another, stopwatch, toyphone."
    )


def test_without_any_device_the_message_says_so():
    with pytest.raises(Unsupported, match="no plugin knows it. Known devices: none."):
        manager.space("toy:ToySpace").measure_latency(architecture=CODE, device="abacus")


def test_a_device_that_cannot_be_imported_names_its_distribution(distribution):
    distribution("a-lab", "broken", "no_such_lab:Device", group="nasplug.devices")
    with pytest.raises(DiscoveryError, match="The device 'broken' of the distribution a-lab 1.2 is broken"):
        manager.space("toy:ToySpace").measure_latency(architecture=CODE, device="broken")


@pytest.mark.usefixtures("stopwatch")
def test_a_run_measures_every_trial_on_the_device():
    result = nasplug.search(toy.ToySpace(), "toy:Grid", budget=2, device="stopwatch")
    assert [trial.latency for trial in result.trials] == [909.0] * 3


class Bare:
    """Samples and mutates alone."""

    @nasplug.hookimpl
    def sample(self):
        return CODE

    @nasplug.hookimpl
    def mutate(self):
        return CODE

    @nasplug.hookimpl
    def evaluate(self):
        """Answers nothing, so that the core is asked."""


@pytest.mark.parametrize(
    ("hook", "arguments", "refusal"),
    [
        ("encode_graph", {"architectures": [CODE]}, "encode architectures as graphs, which predictors need"),
        ("draw", {"architecture": CODE}, "draw architectures"),
        ("build_network", {"architecture": CODE}, "build networks"),
    ],
)
def test_what_a_space_cannot_do_names_the_space_and_the_hook(hook, arguments, refusal):
    built = manager.build(Bare(), space_name="bare")
    with pytest.raises(Unsupported) as told:
        getattr(built.hook, hook)(**arguments)
    assert str(told.value) == f"The space 'bare' cannot {refusal}: no plugin of this run answers the hook {hook!r}."


def test_an_evaluation_that_nobody_returns_is_the_fault_of_the_space():
    job = toy.job(0, 1, 2)
    with pytest.raises(PluginError) as told:
        manager.build(Bare(), space_name="bare").hook.evaluate(
            architecture=CODE, purpose="final", epochs=None, seed=0, job=job
        )
    assert str(told.value) == (
        "evaluate must return a nasplug.Evaluation; for toy:0,1,2 and the purpose 'final' it returned None. "
        "See that evaluate of the space 'bare' ends with a return."
    )


def test_an_architecture_is_its_code_where_the_space_says_nothing_else():
    hook = manager.build(Bare()).hook
    assert hook.canonical(architecture=CODE) == hook.describe(architecture=CODE) == "toy:0,1,2"
