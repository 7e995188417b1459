"""One repeat: a search, and what each incumbent would be reported with."""

import sys

import attrs
import pytest
import toy

from nasplug import hookimpl
from nasplug.engine.evaluation import derived_seed
from nasplug.experiments.comparison import single_search
from nasplug.experiments.comparison.contender import Contender
from nasplug.experiments.comparison.plan import Plan
from nasplug.experiments.comparison.single_search import run_repeat


@attrs.define(eq=False)
class Recorder(toy.ToySpace):
    """Notes each final evaluation; the one of 0,0,1 fails."""

    finals: list = attrs.field(factory=list)

    @hookimpl
    def evaluate(self, architecture, purpose, epochs, seed):
        if purpose == "final":
            self.finals.append((architecture.code, epochs, seed))
            print("a word", file=sys.stderr)
            if architecture.code == (0, 0, 1):
                raise RuntimeError("lost")
        return super().evaluate(architecture, purpose, epochs, seed)


def repeat_of(monkeypatch, space, budget=5):
    monkeypatch.setattr(single_search, "_space", lambda name, options: space)
    plan = Plan(space="toy:ToySpace", strategies=("toy:Grid",), repeats=3, budget=budget, seed=7, epochs=3)
    return run_repeat(plan, Contender("toy:Grid", "toy:Grid", {}), 2)


def test_every_incumbent_is_evaluated_finally_once_with_a_seed_of_its_own(monkeypatch):
    space = Recorder()
    repeat = repeat_of(monkeypatch, space)  # 0,0,0 to 0,0,3, each better than the last, and 0,1,0
    assert sorted(code for code, _, _ in space.finals) == [(0, 0, 0), (0, 0, 1), (0, 0, 2), (0, 0, 3)]
    assert {epochs for _, epochs, _ in space.finals} == {3}
    seeds = {code: seed for code, _, seed in space.finals}
    assert seeds[(0, 0, 1)] == derived_seed(9, 1, 2)
    rows = repeat["rows"]
    assert [row["incumbent"] for row in rows] == [True, True, True, True, False, False]
    assert [row["reported"] for row in rows] == [50.0, None, 65.0, 72.5, 72.5, 72.5]
    assert repeat["stderr"] == ["a word"] * 4


@pytest.mark.parametrize("metric", ["seed", "reported", "accuracy"])
def test_a_row_has_all_of_its_columns_and_the_metric_whatever_that_is_called(monkeypatch, metric):
    plain, named = (repeat_of(monkeypatch, Recorder(metric=name))["rows"] for name in ("parameters", metric))
    for row, same in zip(plain, named, strict=True):
        assert list(same)[:4] == ["strategy", "repeat", "seed", "number"]
        assert list(same)[-2:] == ["incumbent", "reported"]
        assert (same["strategy"], same["repeat"], same["seed"]) == ("toy:Grid", 2, 9)
        assert [same[name] for name in ("reported", "accuracy")] == [row[name] for name in ("reported", "accuracy")]
        assert same[f"metric.{metric}"] == row["parameters"] == 100.0


def test_a_space_is_made_once_for_all_repeats():
    assert single_search._space("toy:ToySpace", (("value", "3"),)) is single_search._space(
        "toy:ToySpace", (("value", "3"),)
    )


def test_what_is_reported_is_the_main_objective_of_incumbents_within_the_limits():
    goals = {"objectives": ("size",), "limits": ("size<=2",)}  # 0,0,0 to 0,0,3: sizes from 0 to 3
    plan = Plan(space="objective_spaces:Perplexity", strategies=("toy:Grid",), repeats=1, budget=4, **goals)
    rows = run_repeat(plan, Contender("toy:Grid", "toy:Grid", {}), 0)["rows"]
    assert [row["state"] for row in rows[:-1]] == ["complete"] * 3 + ["infeasible"]
    assert [row["incumbent"] for row in rows] == [True, True, True, False, False]
    assert [row["reported"] for row in rows] == [0.0, 1.0, 2.0, 2.0, 2.0]


def test_the_latency_of_an_incumbent_is_measured_where_that_is_reported():
    goals = {"objectives": ("latency:max",), "device": "toyphone"}
    plan = Plan(space="toy:ToySpace", strategies=("toy:Grid",), repeats=1, budget=3, **goals)
    rows = run_repeat(plan, Contender("toy:Grid", "toy:Grid", {}), 0)["rows"]
    assert [row["reported"] for row in rows] == [10.0, 11.0, 12.0, 12.0]
