"""Trials that break a limit count neither as failed nor as complete, wherever a run counts trials."""

import attrs
import objective_spaces
import pytest
import toy

import nasplug
from nasplug import Architecture, Evaluation, Trial, hookimpl
from nasplug.engine.trial_rows import Row, read_csv


@attrs.define(eq=False)
class Worse(objective_spaces.F1):
    """Is 0.1 worse in a final evaluation; the evaluations of `broken` architectures fail."""

    broken: bool = False

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: str, epochs: int | None, seed: int) -> Evaluation:
        if self.broken:
            raise RuntimeError("lost")
        answer = super().evaluate(architecture, purpose, epochs, seed)
        return attrs.evolve(answer, accuracy=answer.accuracy - 0.1) if purpose == "final" else answer


def test_a_final_evaluation_that_breaks_a_limit_is_reported_and_not_paid_for_again(tmp_path):
    stored = {"storage": f"{tmp_path}/runs.db", "name": "r", "limits": ("F1>=0.65",), "budget": 4}
    result = nasplug.search(Worse(), "toy:Grid", **stored)
    assert [trial.state for trial in result.trials] == ["infeasible"] * 2 + ["complete"] * 2 + ["infeasible"]
    assert (round(result.best.test, 3), result.best.breaks) == (0.625, "F1 is 0.625, the limit F1>=0.65")
    assert nasplug.search(Worse(), "toy:Grid", resume=True, **stored).trials == result.trials


def test_architectures_that_are_refused_say_nothing_of_evaluations_that_all_fail():
    result = nasplug.search(Worse(broken=True), "toy:Grid", budget=64, limits=("parameters>=2e6",))
    assert [trial.state for trial in result.trials] == ["infeasible"] + ["failed"] * 5
    assert "5 trials in a row failed" in result.reason


@pytest.mark.parametrize("evaluation", [None, Evaluation(90.0, 1.0)])
def test_what_broke_the_limits_of_another_run_is_not_known_here(evaluation):
    trial = Trial(3, toy.architecture(0, 0, 0), "infeasible", evaluation, "size is 9", "search", 0.0, 1.0)
    assert Row.of_trial(trial, "here").unused == "it breaks a limit: size is 9"


def test_infeasible_rows_of_an_export_are_not_known(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("architecture,accuracy,state,error\ntoy:1,90,infeasible,size is 9\ntoy:2,90,complete,\n")
    assert [row.unused for row in read_csv(path).rows] == ["it breaks a limit: size is 9", ""]
