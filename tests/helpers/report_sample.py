"""A run with hostile names and messages: what the report is tested with."""

import numpy as np

from nasplug.analysis.report.content import Subject
from nasplug.types import Architecture, Evaluation, Trial

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>&\"'"


def subject(trials, **changes):
    settings = {"space": "proxyless", "strategy": HOSTILE, "seed": 3, "budget": len(trials), "space_options": {}}
    values = {
        "run": f"run {HOSTILE}",
        "settings": settings | {"strategy_options": {"n": HOSTILE}},
        "versions": {"nasplug": "0.1.0"},
        "created": 0.0,
        "state": HOSTILE,
        "trials": trials,
        "picture": lambda a: f"<svg xmlns='http://www.w3.org/2000/svg'><title>{a.code}</title></svg>",
        "describe": lambda a: HOSTILE,
    }
    return Subject(**values | changes)


def trials(count, space="toy"):
    rng = np.random.default_rng(0)
    return [
        Trial(
            number=i,
            architecture=Architecture(space, tuple(rng.integers(0, 4, 6).tolist())),
            state="failed" if i % 7 == 3 else "complete",
            evaluation=None if i % 7 == 3 else Evaluation(50 + 40 * rng.random(), 10.0, {HOSTILE: 1.0}),
            error=HOSTILE if i % 7 == 3 else None,
            purpose="search",
            started=float(i),
            finished=i + 1.0,
            latency=50 + 40 * rng.random(),
        )
        for i in range(count)
    ]
