"""What a profile tells: spread, shares, advice, and all of it as a document."""

import json

import pytest

from nasplug.analysis.rendering import to_json_values
from nasplug.errors import DiscoveryError, OptionError, Unsupported, UsageError
from nasplug.experiments.profile.plan import Plan

TOY = "nasplug.testing:Toy"


def profile(*limits, samples=200, **plan):
    return Plan(space=TOY, limits=limits, samples=samples, **plan).execute()


def test_the_spread_of_a_figure_is_made_of_values_of_samples():
    made = profile(device="toyphone")
    spread = made.spread()["parameters"]
    assert list(spread) == ["minimum", "5 %", "25 %", "median", "75 %", "95 %", "maximum"]
    values = sorted(made.samples.values("parameters").tolist())
    assert (spread["minimum"], spread["maximum"]) == (values[0], values[-1])
    assert list(spread.values()) == sorted(spread.values())
    assert set(spread.values()) <= set(values)
    assert sum(value <= spread["median"] for value in values) >= 100
    assert made.spread()["latency"]["minimum"] >= 10.0


def test_a_space_that_measures_nothing_has_no_spread():
    made = Plan(space="toy:ToySpace", samples=5).execute()
    assert (made.spread(), made.feasibility, made.advice()) == ({}, None, [])


def test_shares_are_those_of_each_bound_and_of_all():
    made = profile("parameters<=9000", device="toyphone", latency=(17.0, 30.0))
    window, limit = made.bounds
    below, above = made.share([limit]).inside, made.share([window]).inside
    parameters = made.samples.values("parameters")
    assert (below, above) == ((parameters <= 9000).sum(), (parameters >= 8000).sum())
    assert made.share(made.bounds).inside == below + above - 200  # latency and parameters are one sum


def test_advice_names_the_bounds_that_keep_all_samples_out():
    made = profile("parameters<=500", "parameters>=0")
    least = made.spread()["parameters"]["minimum"]
    assert made.advice() == [f"No sample keeps parameters<=500: the nearest has {least:,.6g}."]
    together = profile("parameters<=5000", device="toyphone", latency=(20.0, 30.0))
    assert together.advice() == ["Each bound alone is kept by some samples, all of them together by none: widen one."]
    assert profile("parameters<=9000").advice() == []


def test_the_same_plan_gives_the_same_profile_and_another_seed_another_one():
    documents = [profile("parameters<=9000", seed=seed).document() for seed in (0, 0, 1)]
    assert documents[0] == documents[1] != documents[2]


def test_a_document_is_json():
    made = profile("parameters<=9000", device="toyphone", latency=(10.0, 30.0))
    document = json.loads(json.dumps(to_json_values(made.document()), default=str))
    assert document["codes"] == {"value": 4096, "kind": "exact", "reason": "the product of the choices"}
    assert document["networks"]["value"] == 2560
    assert (document["space"], document["samples"]) == (TOY, 200)
    assert document["bounds"].keys() == {"10:30 ms on toyphone", "parameters<=9000"}
    inside = document["inside"]
    assert inside["interval"][0] < inside["share"] == inside["samples"] / 200 < inside["interval"][1]
    assert (document["can_be_met"], document["example"][:4]) == (True, "toy:")
    empty = json.loads(json.dumps(to_json_values(profile().document()), default=str))
    assert (empty["inside"], empty["can_be_met"], empty["example"], empty["bounds"]) == (None, None, None, {})


@pytest.mark.parametrize(
    ("plan", "error", "message"),
    [
        ({"latency": (1.0, 2.0)}, UsageError, "needs a device"),
        ({"device": "toyphone", "latency": (2.0, 1.0)}, UsageError, "0 ≤ LOW < HIGH"),
        ({"limits": ["flops<=1"]}, UsageError, "It knows parameters. With --device it knows latency"),
        ({"device": "abacus"}, Unsupported, "no plugin knows it"),
        ({"space": "nowhere"}, DiscoveryError, "nowhere"),
        ({"space_options": {"size": 3}}, OptionError, "has no option 'size'"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_measured(plan, error, message):
    with pytest.raises(error, match=message):
        Plan(**{"space": TOY, "samples": 10**9} | plan).execute()
