"""Architectures survive their text; evaluations refuse what cannot be an accuracy or a cost."""

import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasplug import Architecture, Evaluation

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


@pytest.mark.parametrize("accuracy", [float("nan"), float("inf"), -0.1, 100.1, 250])
def test_an_accuracy_outside_0_to_100_percent_is_refused(accuracy):
    with pytest.raises(ValueError, match="accuracy must be a percentage"):
        Evaluation(accuracy, 1.0)


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
