"""Worker processes: a hang is stopped, a death is a failed trial, and nothing is left behind."""

import json
import multiprocessing
import threading
import time
from concurrent.futures import CancelledError, Future
from types import SimpleNamespace

import attrs
import plain_space
import pytest
import toy
from click.testing import CliRunner
from pebble import ProcessExpired

import nasplug
from nasplug import hookimpl
from nasplug.cli.run import run_command
from nasplug.engine.frames import last_frames
from nasplug.engine.search import explain
from nasplug.errors import ConfigurationError, OptionError, UsageError, first_line
from nasplug.executors import processes as module
from nasplug.executors.messages import decode_answer
from nasplug.executors.processes import Processes
from nasplug.executors.remote_errors import described
from nasplug.storage.storage import Storage


def search(**settings):
    return nasplug.search(
        "toy:ToySpace", "toy:Grid", **({"budget": 5, "workers": 2, "middleware": ["processes"]} | settings)
    )


def failed(result):
    return {trial.number: first_line(trial.error) for trial in result.trials if trial.state == "failed"}


@pytest.mark.slow
def test_a_dead_worker_is_a_failed_trial_not_a_dead_run():
    result = search(space_options={"kills": "0,0,2"})
    assert failed(result) == {2: "RuntimeError: the worker process died with exit code 7"}
    assert len(result.trials) == 6


@pytest.mark.slow
def test_an_evaluation_that_hangs_is_stopped_at_the_timeout():
    started = time.monotonic()
    result = search(
        space_options={"hangs": "0,0,1"}, timeout=2.0, middleware=[]
    )  # a timeout brings its processes along
    assert failed(result) == {1: "TimeoutError: the evaluation was stopped after 2 s"}
    assert time.monotonic() - started < 30


@pytest.mark.slow
def test_an_exception_in_a_worker_keeps_its_message():
    assert failed(search(space_options={"fails": "0,0,3"})) == {3: "RuntimeError: loss is NaN at step 12"}


@pytest.mark.slow
def test_what_no_evaluation_can_survive_ends_the_run():
    with pytest.raises(ConfigurationError, match="no batteries"):
        search(space_options={"broken": True})


@pytest.mark.slow
def test_two_workers_are_faster_than_one():
    def seconds(workers):
        trials = search(workers=workers, budget=12, batch=2, space_options={"seconds": 0.5}).trials[2:12]
        return max(t.finished for t in trials) - min(t.started for t in trials)  # without the start of the processes

    assert seconds(1) > 1.5 * seconds(2)


def test_a_run_that_is_refused_starts_no_process():
    before = multiprocessing.active_children()
    with pytest.raises(UsageError, match="leaves nothing of the budget"):
        nasplug.search(
            "toy:ToySpace", "neural_predictor", budget=5, strategy_options={"n": 5}, middleware=["processes"]
        )
    assert multiprocessing.active_children() == before


def test_no_process_outlives_the_run():
    search()
    deadline = time.monotonic() + 10
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert multiprocessing.active_children() == []


def test_a_space_that_workers_cannot_import_travels_with_its_code():
    class Local(toy.ToySpace):
        @hookimpl
        def evaluate(self):
            return nasplug.Evaluation(self.value, 1.0)

    result = nasplug.search(Local(value=1.5), "toy:Grid", budget=2, middleware=["processes"])
    assert [trial.accuracy for trial in result.trials] == [1.5] * 3


@pytest.mark.slow
@pytest.mark.parametrize("space", [toy.ToySpace(value=12.5), plain_space.Plain(12.5)])
@pytest.mark.parametrize("settings", [{"middleware": ["processes"]}, {"timeout": 60.0}])
def test_an_instance_that_the_caller_gave_travels_as_it_is(space, settings):
    result = nasplug.search(space, "toy:Grid", budget=2, **settings)
    assert [trial.accuracy for trial in result.trials] == [12.5] * 3


def test_an_instance_without_a_pickle_is_refused_before_anything_is_paid(tmp_path):
    space = plain_space.Plain(error=plain_space.with_lock())
    with pytest.raises(ConfigurationError, match="The space 'Plain' cannot be sent to a worker: cannot pickle"):
        nasplug.search(space, "toy:Grid", middleware=["processes"], storage=tmp_path / "runs.db", name="run")
    storage = Storage(f"{tmp_path}/runs.db")
    assert storage.all_runs() == []
    storage.close()


@pytest.mark.slow
@pytest.mark.parametrize("error", plain_space.SAID)
def test_an_evaluation_fails_alone_whatever_it_raises(error):
    result = nasplug.search(plain_space.Plain(50.0, error=error), "toy:Grid", budget=4, workers=2, timeout=60.0)
    assert failed(result) == {1: plain_space.SAID[error]}
    assert [trial.accuracy for trial in result.trials if trial.evaluation] == [50.0] * 4


@pytest.mark.slow
def test_an_evaluation_fails_alone_whose_answer_does_not_travel():
    result = nasplug.search(plain_space.Plain(50.0, error="answer"), "toy:Grid", budget=4, workers=2, timeout=60.0)
    assert failed(result) == {1: "TypeError: Object of type lock is not JSON serializable"}
    assert len(result.trials) == 5


@pytest.mark.slow
def test_an_error_of_a_plugin_that_no_evaluation_can_survive_ends_the_run():
    with pytest.raises(ConfigurationError, match="none in sight") as raised:
        nasplug.search(plain_space.Plain(error="batteries"), "toy:Grid", budget=4, timeout=60.0)
    assert isinstance(raised.value, plain_space.NoBatteries)
    assert "in evaluate\n    raise ERRORS[self.error]()" in last_frames(raised.value)


@pytest.mark.slow
@pytest.mark.parametrize("order", [["processes", "cache"], ["cache", "processes"]])
def test_a_cache_hits_wherever_it_is_named(order):
    result = nasplug.search("toy:ToySpace", "toy:Repeater", budget=3, middleware=order)
    assert [trial.evaluation.source for trial in result.trials] == ["toy", "cache", "cache", "toy"]


@pytest.mark.slow
def test_a_broken_pool_is_replaced():
    class Breaker:
        """Breaks the pool before the third trial, as the death of a worker does while it is being made."""

        @hookimpl
        def on_trial(self, trial):
            if trial.number == 1:
                processes._pool.stop()
                processes._pool.join()

    processes = Processes()
    result = search(middleware=[processes, Breaker()])
    assert not failed(result)
    assert len(result.trials) == 6


EVALUATION = nasplug.Evaluation(42.0, 1.0)
DONE = json.dumps(attrs.asdict(EVALUATION))


@attrs.define(eq=False)
class PoolOfThreads:
    """Stands in for a pool of processes: a task waits `starts` seconds for its process, then lasts `lasts` seconds."""

    starts: float = 0.0
    lasts: float = 0.0
    result: object = DONE
    active: bool = True
    tasks: list = attrs.field(factory=list)
    calls: list = attrs.field(factory=list)

    def schedule(self, function, args):
        self.tasks.append((function, args))
        future = Future()
        future.cancel = lambda: self.calls.append("cancel")
        threading.Thread(target=self._work, args=(future,), daemon=True).start()
        return future

    def _work(self, future):
        time.sleep(self.starts)
        future.set_running_or_notify_cancel()
        time.sleep(self.lasts)
        if isinstance(self.result, Exception):
            future.set_exception(self.result)
        else:
            future.set_result(self.result)

    def stop(self):
        self.calls.append("stop")

    def join(self):
        self.calls.append("join")


@pytest.fixture
def pools(monkeypatch):
    """The pools that are handed out in turn, and those that were: with how many workers and how much memory."""
    pools_made = SimpleNamespace(next=[PoolOfThreads()], started=[])

    def start_pool(count, memory, first):
        first()
        pools_made.started.append((count, memory))
        return pools_made.next.pop(0)

    monkeypatch.setattr(module, "start_pool", start_pool)
    return pools_made


def run_of(space, timeout=None, workers=2):
    return SimpleNamespace(space=space, space_given=False, timeout=timeout, workers=workers)


def started(timeout=None, workers=2, **options):
    executor = Processes(**options)
    executor.on_start(run_of(toy.ToySpace(value=12.5), timeout, workers))
    return executor


def evaluated(executor):
    return executor.evaluate(toy.architecture(0, 0, 1), "final", 3, 7, None)


def test_the_first_evaluation_starts_a_pool_of_the_runs_workers(pools):
    executor = started(workers=3, memory=1.5)
    assert pools.started == []
    assert evaluated(executor) == evaluated(executor) == EVALUATION
    assert pools.started == [(3, 1.5)]


def test_a_worker_evaluates_with_the_arguments_of_the_hook(pools):
    [pool] = pools.next
    evaluated(started())
    [(function, arguments)] = pool.tasks
    assert decode_answer(function(*arguments)) == nasplug.Evaluation(12.5, 3.0, {"parameters": 100.0}, "toy")


def test_the_timeout_counts_from_where_a_process_has_begun(pools):
    pools.next = [PoolOfThreads(starts=0.3, lasts=0.0)]
    assert evaluated(started(timeout=0.2)) == EVALUATION


def test_an_evaluation_over_the_timeout_is_killed(pools):
    pools.next = [pool] = [PoolOfThreads(lasts=0.5)]
    with pytest.raises(TimeoutError, match="^the evaluation was stopped after 0.1 s$"):
        evaluated(started(timeout=0.1))
    assert pool.calls == ["cancel"]


def test_a_timeout_of_the_evaluation_itself_is_raised_as_it_was(pools):
    pools.next = [pool] = [PoolOfThreads(result=json.dumps(described(TimeoutError("the download took too long"))))]
    with pytest.raises(TimeoutError, match="^the download took too long$"):
        evaluated(started(timeout=9.0))
    assert pool.calls == []


@pytest.mark.parametrize(
    ("code", "cause"), [(7, "died with exit code 7"), (-9, r"was killed \(SIGKILL\), by the system")]
)
def test_a_process_that_dies_says_how(pools, code, cause):
    pools.next = [PoolOfThreads(result=ProcessExpired("", code=code))]
    with pytest.raises(RuntimeError, match=f"^the worker process {cause}"):
        evaluated(started())


def test_a_pool_that_breaks_while_its_process_is_made_fails_one_evaluation_and_is_replaced(pools):
    pools.next = [PoolOfThreads(starts=20.0, active=False), PoolOfThreads()]
    executor = started()
    with pytest.raises(RuntimeError, match="died while it was being made"):
        evaluated(executor)
    assert evaluated(executor) == EVALUATION
    assert len(pools.started) == 2


def test_what_is_tried_again_after_the_end_starts_no_process(pools):
    pools.next = [pool] = [PoolOfThreads()]
    executor = started()
    evaluated(executor)
    executor.on_stop()
    assert pool.calls == ["stop", "join"]
    with pytest.raises(CancelledError):
        evaluated(executor)
    executor.on_start(run_of(toy.ToySpace()))
    assert evaluated(executor) == EVALUATION  # in another run


def test_a_run_that_evaluates_nothing_ends_without_a_pool(pools):
    started().on_stop()
    assert pools.started == []


def test_the_memory_of_a_worker_is_positive():
    with pytest.raises(OptionError, match="'memory' must be > 0"):
        nasplug.search(toy.ToySpace(), "toy:Grid", middleware=["processes:memory=0"])


def chain(*middleware, **more):
    return explain("toy:ToySpace", "toy:Grid", middleware=middleware, **more)


def test_an_executor_that_is_named_first_is_innermost_all_the_same():
    names, calls = chain("processes", "budget:max_cost=5", "cache")
    assert names == ["budget:max_cost=5", "cache", "processes", "toy:ToySpace"]
    assert calls["evaluate"][:3] == ["cache", "processes", "toy:ToySpace"]
    assert calls["on_trial"][:2] == ["budget:max_cost=5", "cache"]


def test_a_timeout_brings_processes_along_as_the_innermost_unless_there_is_an_executor():
    assert chain("cache", timeout=5.0)[0] == ["cache", "processes", "toy:ToySpace"]
    assert chain("ray", "cache", timeout=5.0)[0] == ["cache", "ray", "toy:ToySpace"]


def test_a_wrapper_around_an_executor_sees_what_a_worker_has_evaluated(pools):
    class Wraps:
        @hookimpl(wrapper=True)
        def evaluate(self):
            evaluation = yield
            return attrs.evolve(evaluation, source=f"wrapped {evaluation.source}")

    pools.next = [PoolOfThreads(result=json.dumps(attrs.asdict(nasplug.Evaluation(50.0, 1.0, source="far"))))]
    result = nasplug.search(toy.ToySpace(), "toy:Grid", budget=1, middleware=["processes", Wraps()])
    assert [trial.evaluation.source for trial in result.trials] == ["wrapped far"] * 2


def test_a_run_has_one_executor():
    with pytest.raises(UsageError, match="one executor, got processes and ray: each says where evaluations run"):
        chain("processes", "cache", "ray")
    with pytest.raises(UsageError, match="one executor, got ray and Processes"):
        chain("ray", Processes())


def test_the_command_line_explains_the_order_of_the_middleware():
    more = ["--with", "processes", "--with", "budget", "--with", "cache", "--explain"]
    outcome = CliRunner().invoke(run_command, ["--space", "toy:ToySpace", "--strategy", "toy:Grid", *more])
    assert outcome.exit_code == 0, outcome.output
    assert "budget > cache > processes > toy:ToySpace" in outcome.output
