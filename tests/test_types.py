"""Architectures survive their text; evaluations refuse what cannot be an accuracy or a cost."""

import json
import pickle

import numpy as np
import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

from nasplug import Architecture, Evaluation, Objective
from nasplug.types import ACCURACY

codes = st.lists(st.integers(0, 99), min_size=1, max_size=30).map(tuple)
names = st.from_regex(r"[a-z][a-z0-9_]*", fullmatch=True)


@given(names, codes)
def test_an_architecture_survives_text_json_and_pickle(space, code):
    architecture = Architecture(space, code)
    assert Architecture.parse(str(architecture)) == architecture
    assert Architecture.parse(json.loads(json.dumps(str(architecture)))) == architecture
    assert pickle.loads(pickle.dumps(architecture)) == architecture
    assert hash(Architecture(space, code)) == hash(architecture)


def test_a_bare_code_is_read_where_the_space_is_known():
    assert Architecture.parse("0,1, 2", space="toy") == Architecture("toy", (0, 1, 2))


@pytest.mark.parametrize(
    ("text", "space", "complaint"),
    [
        ("0,1,2", None, "wanted SPACE:INTEGER"),
        ("other:0,1", "toy", "of the space 'other', not of 'toy'"),
        ("toy:0,x", None, "wanted integers"),
        ("toy:", None, "wanted integers"),
    ],
)
def test_what_is_no_architecture_is_said_so(text, space, complaint):
    with pytest.raises(ValueError, match=complaint):
        Architecture.parse(text, space)


@pytest.mark.parametrize("accuracy", [float("nan"), float("inf"), float("-inf")])
def test_an_accuracy_that_is_no_finite_number_is_refused(accuracy):
    with pytest.raises(ValueError, match=f"accuracy must be a finite number, got {accuracy}"):
        Evaluation(accuracy, 1.0)


def test_the_bounds_of_an_accuracy_are_the_matter_of_the_spaces_objective():
    assert [Evaluation(accuracy, 1.0).accuracy for accuracy in (-3, 250)] == [-3.0, 250.0]
    assert (ACCURACY.low, ACCURACY.high, ACCURACY.unit, ACCURACY.direction) == (0.0, 100.0, "%", "max")


def test_an_objective_is_better_upwards_or_downwards():
    assert [Objective("f1").score(2.0), Objective("loss", direction="min").score(2.0)] == [2.0, -2.0]
    with pytest.raises(ValueError, match="direction"):
        Objective("f1", direction="up")


def test_the_name_of_an_objective_is_read_without_underscores():
    assert Objective("top_5_error").plain_name == "top 5 error"


@pytest.mark.parametrize(
    ("objective", "value", "text"),
    [
        (ACCURACY, 93.456, "93.46 %"),
        (ACCURACY, 0.0712, "0.07 %"),
        (Objective("F1"), 0.87, "0.8700"),
        (Objective("F1"), 0.0, "0.00"),
        (Objective("perplexity"), 36.4123, "36.41"),
        (Objective("perplexity"), 1234.5, "1,234.50"),
        (Objective("parameters"), 4e6, "4,000,000"),
        (Objective("latency", "ms"), 0.01234, "0.01234 ms"),
    ],
)
def test_values_are_shown_with_two_decimals_or_four_digits_and_their_unit(objective, value, text):
    assert objective.text(value) == text


def test_the_folder_of_a_job_is_made_when_it_is_first_asked_for(tmp_path):
    job = toy.job(0, 1, 2, folder=f"{tmp_path}/files/run/0")
    assert not (tmp_path / "files").exists()
    assert (job.folder, job.folder.is_dir()) == (tmp_path / "files" / "run" / "0", True)
    (job.folder / "checkpoint").touch()
    assert (job.folder / "checkpoint").exists()


def test_a_job_without_a_folder_says_so():
    with pytest.raises(ValueError, match="the job run/7 has no folder"):
        _ = toy.job(0, 1, 2, number=7).folder


@pytest.mark.parametrize("cost", [float("nan"), float("inf"), -1.0])
def test_a_cost_that_is_no_duration_is_refused(cost):
    with pytest.raises(ValueError, match="cost must be finite"):
        Evaluation(50.0, cost)


def test_a_code_of_any_integers_is_the_same_architecture():
    expected = Architecture("toy", (1, 2))
    for code in ([1, 2], np.array([1, 2]), (np.int8(1), np.int64(2))):
        assert (Architecture("toy", code), str(Architecture("toy", code))) == (expected, "toy:1,2")
        assert hash(Architecture("toy", code)) == hash(expected)


@pytest.mark.parametrize("code", [(0.5, 1), "12", 7, None, np.array([1.0])])
def test_a_code_without_integers_is_refused(code):
    with pytest.raises(TypeError, match="an architecture's code is a sequence of integers, got"):
        Architecture("toy", code)


def test_metrics_are_floats_whatever_made_them():
    metrics = Evaluation(50.0, 1.0, {"loss": np.float32(0.5), "parameters": 7}).metrics
    assert json.dumps(metrics) == '{"loss": 0.5, "parameters": 7.0}'
    assert Evaluation(50.0, 1.0, {1: 2}).metrics == {"1": 2.0}  # as JSON has it in a storage
    for wrong in ({"loss": "low"}, {"loss": None}, [1.0]):
        with pytest.raises(ValueError, match="metrics must be a dict of numbers, got"):
            Evaluation(50.0, 1.0, wrong)
