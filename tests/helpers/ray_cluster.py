"""A real Ray cluster of three nodes on this machine, for as long as tests need it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

SLOW_MACHINE = {
    "RAY_raylet_start_wait_time_s": "120",
    "RAY_worker_register_timeout_seconds": "120",
    "RAY_agent_register_timeout_ms": "120000",
}
QUIET = {"RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_USAGE_STATS_ENABLED": "0"}
MARKS = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Tip. In future versions of Ray:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Ray leaves its subprocesses' pipes to the collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@contextmanager
def three_nodes() -> Iterator[Any]:
    """Yields a head that evaluates nothing, and two nodes with one core each."""
    import ray
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**SLOW_MACHINE, **QUIET}.items():
            patch.setenv(name, value)
        made = _started(Cluster)
        yield made
        ray.shutdown()
        made.shutdown()


def wait_for(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    """Returns when the condition holds; fails where it does not come to."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


def _started(kind: Callable[[], Any], attempts: int = 4) -> Any:
    """A node gives its agents 15 seconds to start, which no setting changes: a busy machine needs another attempt."""
    for left in reversed(range(attempts)):
        made = kind()
        try:
            made.add_node(num_cpus=0, include_dashboard=False)
            for _ in range(2):
                made.add_node(num_cpus=1)
        except Exception:
            made.shutdown()
            if not left:
                raise
        else:
            return made
    raise AssertionError("unreachable")
