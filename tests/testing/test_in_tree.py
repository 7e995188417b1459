"""Every space, strategy and middleware of this repository keeps the laws that foreign ones are held to."""

import pytest

from nasplug.loading.discovery import installed
from nasplug.testing import MiddlewareConformance, SpaceConformance, StrategyConformance

KINDS_WITH_LAWS = ("space", "strategy", "middleware")
DISTRIBUTIONS = ("nasplug", "nasplug-nasbench101", "nasplug-proxyless", "nasplug-strategies")


class TestNASBench101(SpaceConformance):
    space = "nasbench101"
    options = {"evaluator": "surrogate"}

    @pytest.mark.slow
    def test_isomorphic_graphs_are_equal_networks(self):
        super().test_isomorphic_graphs_are_equal_networks()

    @pytest.mark.slow  # it measures the dataset's large network on this machine, and so does the next one
    def test_devices_have_a_latency(self):
        super().test_devices_have_a_latency()

    @pytest.mark.slow
    def test_latency_is_positive_or_none(self):
        super().test_latency_is_positive_or_none()


@pytest.mark.slow
@pytest.mark.usefixtures("few_images")
class TestProxyless(SpaceConformance):
    space, devices = "proxyless", ("pixel1",)
    options = {"task": "fashion-mnist", "width": 0.1, "resolution": 28, "epochs": 1, "repeats": 1}
    evaluations = 1

    def test_evaluation_is_the_same_in_a_worker(self):
        pytest.skip("the few images are those of this process alone")


class TestRandom(StrategyConformance):
    strategy = "random"


class TestRegularizedEvolution(StrategyConformance):
    strategy = "regularized_evolution"


@pytest.mark.slow
class TestNeuralPredictor(StrategyConformance):
    strategy = "neural_predictor"


class TestCache(MiddlewareConformance):
    middleware = "cache"


class TestBudget(MiddlewareConformance):
    middleware = "budget"


class TestLog(MiddlewareConformance):
    middleware = "log"


@pytest.mark.slow
class TestProcesses(MiddlewareConformance):
    middleware = "processes"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # Ray leaves its subprocesses' pipes to the collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
class TestRay(MiddlewareConformance):
    middleware = "ray"

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def one_node(cls):
        """A cluster for all laws, which would make one each."""
        ray = pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-ray.txt")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # or Ray warns of what it will change
            ray.init(address="local", num_cpus=4, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
            yield
            ray.shutdown()


def test_nothing_that_is_installed_from_here_is_left_out():
    classes = [kind for kind in globals().values() if isinstance(kind, type) and kind.__name__.startswith("Test")]
    tried = {getattr(kind, kind.kind) for kind in classes}
    plugins = [plugin for kind in KINDS_WITH_LAWS for plugin in installed(kind)]
    assert {plugin.name for plugin in plugins if plugin.distribution in DISTRIBUTIONS} - tried == set()
