"""Images a second of whole embedded trainings against an older commit: both train in turns, on the same seeds.

`BEFORE` is a checkout of that commit: `BEFORE=../before python -m benchmarks proxyless-images-a-second`. A training is
that of a search trial: its steps, the statistics and the held-out images; only the tracing is left out.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

NAME = "proxyless-images-a-second"
TURNS, BAR = 4, 1.6


def run() -> dict[str, Any]:
    """Returns the least of the ratios: two architectures, pinned to one core and as a run trains by default."""
    before = Path(os.environ["BEFORE"]).resolve()
    cases = {
        f"{name}, {'one core' if alone else 'default'}": (name, alone) for name in CODES for alone in (True, False)
    }
    figures = {title: _in_turns(before, *case) for title, case in cases.items()}
    figure = min(found["ratio"] for found in figures.values())
    return {"figure": figure, "unit": "× before", "bar": f"≥ {BAR} ×", "holds": figure >= BAR, **figures}


def _in_turns(before: Path, name: str, alone: bool) -> dict[str, Any]:
    trainers = [_trainer(tree, name, alone) for tree in (Path(__file__).resolve().parents[1], before)]
    turns = [[_trained(trainer, seed) for trainer in trainers] for seed in range(TURNS + 1)][1:]  # the first ones trace
    for trainer in trainers:
        trainer.communicate()
    now, then = zip(*turns, strict=True)
    fastest = min(training["cpu"] for training in now)
    return {
        "ratio": statistics.median(b["wall"] / a["wall"] for a, b in turns),
        "cpu_ratio": min(training["cpu"] for training in then) / fastest,
        "images_per_second_of_cpu": now[0]["images"] / fastest,
        "share_of_sgemm": now[0]["flops"] / fastest / max(training["sgemm"] for training in now),
        "accuracies": [(a["accuracy"], b["accuracy"]) for a, b in turns],
    }


def _trainer(tree: Path, name: str, alone: bool) -> "subprocess.Popen[str]":
    """Starts a process that trains with the code of `tree` once for every line that it reads, which is a seed."""
    code = f"exec(compile(open({__file__!r}).read(), {__file__!r}, 'exec')); train_by_line({name!r}, {alone})"
    env = {**os.environ, "PYTHONPATH": f"{tree}{os.pathsep}{tree / 'plugins/proxyless'}"}
    return subprocess.Popen([sys.executable, "-c", code], env=env, cwd=tree, stdin=-1, stdout=-1, text=True)


def _trained(trainer: "subprocess.Popen[str]", seed: int) -> dict[str, float]:
    assert trainer.stdin
    assert trainer.stdout
    trainer.stdin.write(f"{seed}\n")
    trainer.stdin.flush()
    found: dict[str, float] = json.loads(trainer.stdout.readline())
    return found


def train_by_line(name: str, alone: bool) -> None:
    """Trains for every line of standard input, and prints what it took: seconds by the clock and of processor time."""
    from nasplug_proxyless.space import Proxyless
    from nasplug_proxyless.trainer import build, set_up

    from nasplug import Architecture
    from nasplug.training import Training

    if alone:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    space = Proxyless(task="cluttered-fashion-mnist", **({"threads": 1} if alone else {}))
    set_up(space.training_options)
    architecture, setting, task = (
        Architecture("proxyless", CODES[name]),
        space.setting,
        space.training_options.load_task(),
    )
    training = Training(partial(build, architecture.code, setting, "search"), task, setting.recipe, "search")
    images = task.training_size("search")
    known = {"images": images, "flops": 6.0 * space.measure(architecture)["multiply_adds"] * images}
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        evaluation = training.run(int(line)).evaluation
        spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        print(json.dumps(known | spent | {"accuracy": evaluation.accuracy, "sgemm": _sgemm()}), flush=True)


def _sgemm(n: int = 1024, times: int = 5) -> float:
    """Returns the floating-point operations a second of a product of two matrices on one thread."""
    from nasplug.training import tf

    matrix = tf.random.stateless_normal((n, n), (0, 0))
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        tf.linalg.matmul(matrix, matrix).numpy()
        seconds.append(time.perf_counter() - started)
    return 2.0 * n**3 / min(seconds)


CODES = {
    "mobile": (0, 1, 0, 6, 6, 2, 0, 1, 1, 5, 1, 1, 1, 4, 1, 1, 1, 5, 5, 2, 2, 5),
    "large kernels": (2, 5, 3, 6, 1, 5, 2, 3, 0, 2, 6, 4, 5, 5, 3, 2, 3, 4, 5, 4, 6, 4),
}
