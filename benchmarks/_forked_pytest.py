"""Runs pytest many times without importing the heavy packages anew: each line of standard input is a run, in a fork.

A line is a JSON list: the arguments of pytest, and seconds. The answer is a line too: the exit status, or `timeout`.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module

HEAVY = ("pytest", "numpy", "sqlalchemy", "torch", "torch_geometric", "pandas", "rich")


def answer(arguments: list[str], limit: float) -> str:
    """Runs pytest in a child of its own process group and returns how it ended."""
    child = os.fork()
    if child == 0:
        os.setsid()
        devnull = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(devnull, stream)
        import pytest

        os._exit(int(pytest.main(arguments)))
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return str(os.waitstatus_to_exitcode(status))
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


if __name__ == "__main__":
    for package in HEAVY:
        with suppress(ImportError):
            import_module(package)
    for line in sys.stdin:
        print(answer(*json.loads(line)), flush=True)
