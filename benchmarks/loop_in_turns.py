"""What the loop costs against an older commit: both search in turns, so that the machine's moods reach both alike.

`BEFORE` is a checkout of that commit: `BEFORE=../before python -m benchmarks loop-in-turns`.
"""

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

NAME = "loop-in-turns"
TRIALS, TURNS, BAR = 2000, 25, 1.15


def run() -> dict[str, Any]:
    """Returns the larger of two ratios, each the median over the turns: in memory, and with a SQLite file."""
    before = Path(os.environ["BEFORE"]).resolve()
    figures = {place: _ratio(before, place) for place in ("memory", "sqlite")}
    figure = max(found["ratio"] for found in figures.values())
    return {"figure": figure, "unit": "× before", "bar": f"≤ {BAR} ×", "holds": figure <= BAR, **figures}


def _ratio(before: Path, place: str) -> dict[str, float]:
    trees = [Path(__file__).resolve().parents[1], before]
    searchers = [_searcher(tree, place) for tree in trees]
    turns = [[_microseconds(searcher) for searcher in searchers] for _ in range(TURNS)][2:]  # the first ones import
    for searcher in searchers:
        searcher.communicate()
    now, then = zip(*turns, strict=True)
    ratio = statistics.median(a / b for a, b in turns)
    return {"ratio": ratio, "least_us_now": min(now), "least_us_before": min(then)}


def _searcher(tree: Path, place: str) -> "subprocess.Popen[str]":
    """Starts a process that searches with the code of `tree` once for every line that it reads."""
    code = f"exec(compile(open({__file__!r}).read(), {__file__!r}, 'exec')); search_by_line({place!r})"
    env = {**os.environ, "PYTHONPATH": f"{tree}{os.pathsep}{tree / 'plugins/strategies'}"}
    return subprocess.Popen([sys.executable, "-c", code], env=env, cwd=tree, stdin=-1, stdout=-1, text=True)


def _microseconds(searcher: "subprocess.Popen[str]") -> float:
    assert searcher.stdin
    assert searcher.stdout
    searcher.stdin.write("\n")
    searcher.stdin.flush()
    return float(searcher.stdout.readline())


def search_by_line(place: str) -> None:
    """Searches for every line of standard input, and prints the microseconds a trial."""
    import nasplug
    from benchmarks.toy_space import BenchSpace

    with tempfile.TemporaryDirectory() as folder:
        for number, _ in zip(itertools.count(), sys.stdin, strict=False):
            storage = f"{folder}/{number}.db" if place == "sqlite" else None
            started = time.perf_counter()
            nasplug.search(BenchSpace(), "random", budget=TRIALS, storage=storage)
            print((time.perf_counter() - started) / TRIALS * 1e6, flush=True)
