"""Evaluations on a real Ray cluster of three nodes on this machine, whose nodes and workers are killed while busy."""

import json
import os
import signal
import threading
from importlib import import_module

import attrs
import plain_space
import pytest
import toy
from ray_cluster import MARKS, QUIET, three_nodes, wait_for

import nasplug
from nasplug import hookimpl
from nasplug.errors import ConfigurationError, first_line

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-ray.txt")
pytestmark = MARKS


@pytest.fixture(scope="module")
def cluster():
    with three_nodes() as made:
        yield made


def on(cluster, more=""):
    return [f"ray:address={cluster.address}{more}"]


def search(cluster, space_options=None, **settings):
    arguments = {"budget": 6, "workers": 2, "middleware": on(cluster)} | settings
    return nasplug.search("toy:ToySpace", "toy:Grid", space_options=space_options or {}, **arguments)


def outcome(result):
    return [attrs.evolve(trial, started=0.0, finished=0.0) for trial in result.trials]


def failed(result):
    return {trial.number: first_line(trial.error) for trial in result.trials if trial.state == "failed"}


def test_a_cluster_gives_the_same_trials_as_threads(cluster):
    assert outcome(search(cluster, batch=2)) == outcome(search(cluster, batch=2, middleware=[]))


def test_what_fails_on_a_worker_fails_as_it_does_here(cluster):
    wrong = {"fails": "0,0,1", "value": 250.0}
    assert failed(search(cluster, wrong, middleware=[])) == failed(search(cluster, wrong))
    with pytest.raises(ConfigurationError, match="no batteries"):
        search(cluster, {"broken": True})


def test_an_instance_that_the_caller_gave_travels_as_it_is_with_its_code(cluster):
    class Local(plain_space.Plain):
        @hookimpl
        def evaluate(self, architecture):
            evaluation = plain_space.Plain.evaluate(self, architecture)
            return attrs.evolve(evaluation, accuracy=evaluation.accuracy + 1.0)

    for error in ("two arguments", "exit"):
        result = nasplug.search(Local(50.0, error=error), "toy:Grid", budget=2, middleware=on(cluster))
        assert [(trial.accuracy, first_line(trial.error)) for trial in result.trials] == [
            (51.0, ""), (None, plain_space.SAID[error]), (51.0, "")
        ]  # fmt: skip


def test_lists_tuples_and_dicts_arrive_as_they_were(cluster):
    options = {"space_options": plain_space.STRUCTURED, "budget": 1, "middleware": on(cluster)}
    result = nasplug.search("plain_space:Structured", "toy:Grid", **options)
    assert [trial.accuracy for trial in result.trials] == [90.0] * 2


@pytest.mark.parametrize("order", [["cache"], []])
def test_a_cache_hits_wherever_it_is_named(cluster, order):
    middleware = [*order, *on(cluster), *({"cache"} - set(order))]
    result = nasplug.search("toy:ToySpace", "toy:Repeater", budget=3, middleware=middleware)
    assert [trial.evaluation.source for trial in result.trials] == ["toy", "cache", "cache", "toy"]


def test_the_evaluations_of_a_node_that_is_killed_are_made_elsewhere(cluster, tmp_path):
    calls = tmp_path / "calls"
    cluster.add_node(num_cpus=1)
    killer = threading.Thread(target=_kill_when_busy, args=(cluster, calls, 3))
    killer.start()
    result = search(cluster, {"seconds": 1.5, "calls": calls}, workers=3, batch=3)
    killer.join()
    assert outcome(result) == outcome(
        search(cluster, batch=3, middleware=[], space_options={"calls": calls, "seconds": 0.0})
    )
    assert len(calls.read_text().splitlines()) > 7 + 7  # one was begun twice


def _kill_when_busy(cluster, calls, busy):
    """Kills a node that evaluates, but not the one through which the driver speaks."""
    wait_for(lambda: calls.exists() and len(calls.read_text().splitlines()) >= busy)
    own_node = ray.get_runtime_context().get_node_id()
    victim = next(node for node in cluster.worker_nodes if node.node_id != own_node)
    cluster.remove_node(victim, allow_graceful=False)


def test_an_evaluation_that_is_lost_every_time_is_a_failed_trial(cluster, tmp_path):
    calls = tmp_path / "calls"
    result = search(cluster, {"kills": "0,0,2", "calls": calls}, middleware=on(cluster, ",attempts=1"))
    assert list(failed(result)) == [2]
    assert "was lost in all of 2 attempts (WorkerCrashedError" in failed(result)[2]
    assert calls.read_text().splitlines().count("0,0,2") == 2
    assert len(result.trials) == 7


def test_an_evaluation_that_hangs_is_cancelled_and_its_core_is_free_again(cluster):
    result = search(cluster, {"hangs": "0,0,1"}, timeout=2.0)
    assert failed(result) == {1: "TimeoutError: the evaluation was stopped after 2 s"}


class CtrlC:
    """Presses Ctrl-C when two evaluations run, and remembers what the progress said."""

    def __init__(self):
        self.seen = ""

    @hookimpl
    def on_start(self, run):
        threading.Thread(target=self._press, args=(run.in_flight,)).start()

    def _press(self, activity):
        wait_for(lambda: (len(activity.working), len(activity.queued)) == (4, 2))
        self.seen = str(activity)
        os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_cancels_what_runs_and_what_waits(cluster):
    watch, before = CtrlC(), signal.signal(signal.SIGINT, signal.default_int_handler)
    settings = {"budget": 6, "workers": 4, "asynchronous": True, "middleware": on(cluster), "observers": [watch]}
    with pytest.raises(KeyboardInterrupt):
        nasplug.search("toy:ToySpace", "toy:Grid", space_options={"seconds": 3600.0}, **settings)
    signal.signal(signal.SIGINT, before)
    assert watch.seen == "2 running, 2 waiting"
    ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
    wait_for(lambda: ray.available_resources().get("CPU") == 2.0)  # nothing runs any more
    ray.shutdown()


def test_code_of_an_uninstalled_folder_travels_along(cluster, tmp_path, monkeypatch):
    (tmp_path / "faraway").mkdir()
    (tmp_path / "faraway" / "__init__.py").write_text(FARAWAY)
    monkeypatch.syspath_prepend(tmp_path)
    result = nasplug.search("faraway:Faraway", "random", budget=2, middleware=on(cluster))
    assert [trial.accuracy for trial in result.trials] == [77.0] * 3, failed(result)


FARAWAY = """
from nasplug import Evaluation, hookimpl
from nasplug.testing import Toy

class Faraway(Toy):
    @hookimpl
    def evaluate(self):
        return Evaluation(77.0 if "runtime_resources" in __file__ else 0.0, 1.0)
"""


@pytest.mark.parametrize("given", [True, False])
def test_what_a_space_builds_on_travels_from_a_folder_that_no_node_has(cluster, tmp_path, monkeypatch, given):
    for name, text in {"nearby": NEARBY, "distant": DISTANT}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}_{given}.py").write_text(text.format(given=given))
        monkeypatch.syspath_prepend(tmp_path / name)
    space = import_module(f"nearby_{given}").Nearby() if given else f"nearby_{given}:Nearby"
    result = nasplug.search(space, "random", budget=2, middleware=on(cluster))
    assert [trial.accuracy for trial in result.trials] == [66.0] * 3, failed(result)


NEARBY = """
from distant_{given} import Distant

class Nearby(Distant):
    accuracy = 66.0
"""
DISTANT = """
from nasplug import Evaluation, hookimpl
from nasplug.testing import Toy

class Distant(Toy):
    @hookimpl
    def evaluate(self):
        return Evaluation(self.accuracy, 1.0)
"""


@pytest.mark.parametrize("arguments", ["gpus=1", "tpu=4", "cpus=64"])
def test_what_no_node_offers_is_told_before_the_first_trial(cluster, arguments):
    with pytest.raises(ConfigurationError, match=r"No node of the Ray cluster has .*there are: .*growing=true"):
        search(cluster, middleware=on(cluster, f",{arguments}"))


def test_the_command_line_prints_one_document(cluster, nasplug, tmp_path):
    toys = ("--space", "toy:ToySpace", "--strategy", "toy:Grid", "--budget", "4", "--workers", "2")
    process = nasplug(
        "run", *toys, "--with", *on(cluster), "--json", env={**os.environ, **QUIET, "PYTHONPATH": _tests()}
    )
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["trials"] == 4


def _tests():
    return os.path.dirname(toy.__file__)
