"""The executor `ray`, with a stand-in for Ray that runs tasks in this process and loses, delays and refuses them."""

import signal
import sys
import threading
import time
from types import SimpleNamespace

import attrs
import plain_space
import pytest
import toy

import nasplug
from nasplug.engine.run import TrialsInFlight
from nasplug.errors import ConfigurationError, first_line
from nasplug.executors import ray as module
from nasplug.executors.ray import Ray

BIG = {"CPU": 4.0, "GPU": 1.0}


class Loss(Exception):
    """What Ray raises for a worker that is gone."""


class OutOfMemory(Exception):
    """What Ray raises where a node has no memory left."""


class Cancelled(Exception):
    """What Ray raises for a task that was cancelled."""


@attrs.define(eq=False)
class StandIn:
    """Behaves like the module `ray`. `streams` are what the next tasks yield; without one a task really evaluates."""

    nodes_there: list = attrs.field(factory=lambda: [{"Alive": True, "Resources": BIG}])
    connected: bool = False
    streams: list = attrs.field(factory=list)
    ready: bool = True
    watch: object = attrs.field(default=lambda event: None)
    events: list = attrs.field(factory=list)
    options: dict = attrs.field(factory=dict)
    runtime_env: dict = attrs.field(factory=dict)
    exceptions = SimpleNamespace(
        WorkerCrashedError=Loss,
        NodeDiedError=type("NodeDied", (Exception,), {}),
        ObjectLostError=type("ObjectLost", (Exception,), {}),
        LocalRayletDiedError=type("RayletDied", (Exception,), {}),
        OutOfMemoryError=OutOfMemory,
        TaskCancelledError=Cancelled,
    )

    def _happens(self, *event):
        self.events.append(event)
        self.watch(event[0])

    def is_initialized(self):
        return self.connected

    def init(self, **options):
        self._happens("init", options)

    def get_runtime_context(self):
        return self

    def shutdown(self):
        self._happens("shutdown")

    def put(self, value):
        self._happens("put", value)
        return value

    def nodes(self):
        return [{"Alive": True} | node for node in self.nodes_there]

    def remote(self, **options):
        self.options = options

        def send(function):
            return SimpleNamespace(remote=lambda *task: iter(self.streams.pop(0)) if self.streams else function(*task))

        return send

    def get(self, item):
        self._happens("get")
        if isinstance(item, Exception):
            raise item
        return item() if callable(item) else item

    def wait(self, streams, timeout):
        self._happens("wait", timeout)
        return (streams, []) if self.ready else ([], streams)

    def cancel(self, stream, force):
        self._happens("cancel", stream, force)

    def happened(self, name):
        return [event for event in self.events if event[0] == name]


@pytest.fixture
def ray(monkeypatch):
    stand_in = StandIn()
    monkeypatch.setitem(sys.modules, "ray", stand_in)
    monkeypatch.setattr(module, "runtime_env", lambda space: {"py_modules": [space.__name__]})
    return stand_in


def run_of(space, in_flight, timeout=None):
    return SimpleNamespace(space=space, space_given=True, timeout=timeout, in_flight=in_flight)


def started(timeout=None, space=None, **options):
    executor, in_flight = Ray(**options), TrialsInFlight()
    executor.on_start(run_of(space or toy.ToySpace(), in_flight, timeout))
    return executor, in_flight


def evaluated(executor):
    return executor.evaluate(toy.architecture(0, 0, 1), "search", None, 7, None)


ANSWER = '{"accuracy": 42.0, "cost": 1.0, "metrics": {}, "source": "far"}'


def outcome(result):
    return [attrs.evolve(trial, started=0.0, finished=0.0, error=first_line(trial.error)) for trial in result.trials]


def test_tasks_give_the_same_trials_as_threads(ray):
    settings = {"budget": 6, "batch": 2, "workers": 2}
    with_ray = nasplug.search(toy.ToySpace(fails="0,0,2"), "toy:Grid", middleware=["ray"], **settings)
    assert outcome(with_ray) == outcome(nasplug.search(toy.ToySpace(fails="0,0,2"), "toy:Grid", **settings))


def test_an_evaluation_asks_for_the_resources_of_the_options_and_is_not_tried_again_by_ray_itself(ray):
    started(cpus=2.0, gpus=0.5)
    assert ray.options == {
        "max_retries": 0,
        "num_returns": "streaming",
        "num_cpus": 2.0,
        "num_gpus": 0.5,
        "resources": {},
    }
    started(tpu=4.0, growing=True)
    assert ray.options["resources"] == {"TPU": 4.0}


def test_a_lost_evaluation_is_tried_again_as_often_as_asked(ray):
    ray.streams = [[Loss("gone\nin two lines")], ["begun", Loss("gone")], ["begun", ANSWER]]
    assert evaluated(started(attempts=2)[0]).accuracy == 42.0
    ray.streams = [[Loss("gone\nin two lines")], ["begun", Loss("gone, too\nand more")], ["begun", ANSWER]]
    with pytest.raises(RuntimeError, match=r"was lost in all of 2 attempts \(Loss: gone, too\)$"):
        evaluated(started(attempts=1)[0])
    assert len(ray.streams) == 1


@pytest.mark.parametrize("kind", ["NodeDiedError", "ObjectLostError", "LocalRayletDiedError"])
def test_whatever_is_lost_is_tried_again(ray, kind):
    ray.streams = [["begun", getattr(ray.exceptions, kind)("gone")], ["begun", ANSWER]]
    assert evaluated(started()[0]).accuracy == 42.0


def test_a_stream_that_ends_without_an_answer_is_a_loss(ray):
    ray.streams = [[], ["begun"], ["begun", ANSWER]]
    assert evaluated(started(attempts=2)[0]).accuracy == 42.0


def test_a_node_without_memory_fails_the_evaluation_at_once(ray):
    ray.streams = [["begun", OutOfMemory("3 GiB\nand a list")], ["begun", ANSWER]]
    with pytest.raises(MemoryError, match="ran out of memory: 3 GiB$"):
        evaluated(started()[0])
    assert len(ray.streams) == 1


def test_an_error_of_the_evaluation_is_raised_as_it_was_and_not_tried_again(ray):
    executor, _ = started(space=toy.ToySpace(fails="0,0,1"))
    with pytest.raises(RuntimeError, match="^loss is NaN at step 12$"):
        evaluated(executor)


def test_an_instance_that_the_caller_gave_travels_as_it_is_and_once(ray):
    result = nasplug.search(plain_space.Plain(50.0), "toy:Grid", budget=2, middleware=["ray"])
    assert [trial.accuracy for trial in result.trials] == [50.0] * 3
    assert len(ray.happened("put")) == 1


def test_an_instance_without_a_pickle_is_refused_before_it_connects(ray):
    space = plain_space.Plain(error=plain_space.with_lock())
    with pytest.raises(ConfigurationError, match="The space 'Plain' cannot be sent to a worker: cannot pickle"):
        nasplug.search(space, "toy:Grid", middleware=["ray"])
    assert ray.events == []


def test_lists_tuples_and_dicts_arrive_as_they_were(ray):
    more = {"space_options": plain_space.STRUCTURED, "budget": 1, "middleware": ["ray"]}
    result = nasplug.search("plain_space:Structured", "toy:Grid", **more)
    assert [trial.accuracy for trial in result.trials] == [90.0] * 2


@pytest.mark.parametrize("error", plain_space.SAID)
def test_an_evaluation_fails_alone_whatever_it_raises(ray, error):
    result = nasplug.search(plain_space.Plain(50.0, error=error), "toy:Grid", budget=3, middleware=["ray"])
    assert [first_line(trial.error) for trial in result.trials] == ["", plain_space.SAID[error], "", ""]


@pytest.mark.parametrize("order", [["ray", "cache"], ["cache", "ray"]])
def test_a_cache_hits_wherever_it_is_named(ray, order):
    result = nasplug.search("toy:ToySpace", "toy:Repeater", budget=3, middleware=order)
    assert [trial.evaluation.source for trial in result.trials] == ["toy", "cache", "cache", "toy"]


def test_the_timeout_counts_from_where_a_worker_has_begun(ray):
    evaluated(started(timeout=2.5)[0])
    assert [event for event in ray.events if event[0] in ("get", "wait")] == [("get",), ("wait", 2.5), ("get",)]


def test_an_evaluation_over_the_timeout_is_cancelled(ray):
    ray.ready = False
    with pytest.raises(TimeoutError, match="the evaluation was stopped after 2.5 s"):
        evaluated(started(timeout=2.5)[0])
    assert [force for _, _, force in ray.happened("cancel")] == [True]


@pytest.mark.parametrize("stream", [["begun", ANSWER], ["begun", OutOfMemory("x")], [OutOfMemory("x")]])
def test_a_task_counts_as_queued_until_a_worker_has_begun_it(ray, stream):
    ray.streams = [stream]
    executor, in_flight = started()
    in_flight.working.add(0)
    shown = []
    ray.watch = lambda event: shown.append((event, str(in_flight)))
    try:
        evaluated(executor)
    except MemoryError:
        shown.append("failed")
    assert shown[0] == ("get", "0 running, 1 waiting")
    assert shown[1] in (("wait", "1 running, 0 waiting"), "failed")
    assert (str(in_flight), executor._streams, executor._calls) == ("1 running, 0 waiting", set(), set())


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        ({"cpus": 4.0}, True),
        ({"cpus": 4.5}, False),
        ({"gpus": 1.0}, True),
        ({"gpus": 2.0}, False),
        ({"tpu": 1.0}, False),
    ],
)
def test_an_evaluation_must_fit_a_node(ray, options, fits):
    if fits:
        started(**options)
    else:
        with pytest.raises(
            ConfigurationError, match="there are: 4 CPU, 1 GPU, 0 TPU. Ask for less, or add growing=true"
        ):
            started(**options)
        assert ray.happened("shutdown")
    started(**options, growing=True)


def test_what_an_evaluation_needs_must_be_on_one_node_that_is_alive(ray):
    ray.nodes_there = [
        {"Resources": {"CPU": 8.0}},
        {"Resources": {"CPU": 1.0, "GPU": 2.0}},
        {"Resources": {"CPU": 8.0, "GPU": 2.0}, "Alive": False},
    ]
    with pytest.raises(
        ConfigurationError, match="No node of the Ray cluster has 2 CPU, 1 GPU for an evaluation; there "
    ):
        started(cpus=2.0, gpus=1.0)
    started(cpus=8.0)


def test_a_run_connects_with_the_code_of_the_space_and_disconnects(ray, monkeypatch):
    monkeypatch.delenv("RAY_USAGE_STATS_ENABLED", raising=False)
    executor, _ = started()
    [(_, options)] = ray.happened("init")
    assert options["runtime_env"] == {"py_modules": ["ToySpace"]}
    assert (options["address"], options["include_dashboard"]) == ("local", False)
    executor.on_stop()
    executor.on_stop()
    assert len(ray.happened("shutdown")) == 1


def test_an_address_is_handed_on(ray):
    started(address="10.0.0.2:6379")
    [(_, options)] = ray.happened("init")
    assert (options["address"], "include_dashboard" in options) == ("10.0.0.2:6379", False)


def test_a_connection_of_the_program_itself_is_used_and_kept(ray):
    ray.connected = True
    executor, _ = started()
    executor.on_stop()
    assert ray.happened("init") == ray.happened("shutdown") == []


@pytest.mark.parametrize("kind", [ConnectionError, RuntimeError, ValueError])
def test_a_cluster_that_is_not_there_is_one_message(ray, monkeypatch, kind):
    def refuse(**options):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise kind("nobody listens\nTraceback")

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(StandIn, "init", lambda self, **options: refuse(**options))
    with pytest.raises(ConfigurationError, match="no Ray cluster at 'auto': nobody listens Start one with 'ray start"):
        started(address="auto")
    assert signal.getsignal(signal.SIGTERM) == before


def test_ray_that_is_not_installed_is_one_message(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigurationError, match=r"Ray is not installed: pip install 'nasplug\[ray\]'"):
        started()


def test_the_end_of_a_run_cancels_what_runs_before_it_disconnects(ray):
    cancelled, errors = threading.Event(), []
    ray.watch = lambda event: cancelled.set() if event == "cancel" else None

    def hang():
        assert cancelled.wait(20)
        raise Loss("cancelled")

    ray.streams = [["begun", hang]]
    executor, _ = started()

    def evaluate():
        try:
            evaluated(executor)
        except Exception as error:
            errors.append(type(error))

    thread = threading.Thread(target=evaluate)
    thread.start()
    deadline = time.monotonic() + 20
    while len(ray.happened("get")) < 2 and time.monotonic() < deadline:
        time.sleep(0.001)
    executor.on_stop()
    thread.join()
    assert errors == [Cancelled]  # not tried again, though it was lost
    assert [event[0] for event in ray.events][-1] == "shutdown"


def test_a_thread_that_stays_inside_ray_keeps_the_connection(ray, monkeypatch):
    monkeypatch.setattr(module, "SHUTDOWN_TIMEOUT", 0.05)
    executor, _ = started()
    executor._calls.add("stays")
    executor.on_stop()
    assert ray.happened("shutdown") == []


def test_a_stopped_executor_starts_again(ray):
    executor, in_flight = started()
    executor.on_stop()
    executor.on_start(run_of(toy.ToySpace(), in_flight))
    assert evaluated(executor).source == "toy"
