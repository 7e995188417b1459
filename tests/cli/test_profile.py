"""`nasplug profile` as a user calls it."""

import json

import pytest
from faulty.raising import SAID

TOY = ("profile", "--space", "nasplug.testing:Toy", "--space-opt", "layers=3", "--samples", "300")
WINDOW = ("--device", "toyphone", "--latency")


def test_sizes_and_the_spread_of_every_figure_are_shown(invoke):
    shown = invoke(*TOY, "--device", "toyphone")
    assert shown.returncode == 0, shown.stderr
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert "codes 64 exact the product of the choices" in lines
    assert "networks 40 exact counted one by one" in lines
    assert "minimum 5 % 25 % median 75 % 95 % maximum" in lines
    assert [line.split()[:2] for line in lines if line.startswith("parameters")] == [["parameters", "1,000"]]
    assert any(line.startswith("latency (ms) 10 ") for line in lines)
    assert "Bounds" not in shown.stdout


def test_the_share_inside_the_bounds_and_an_example_are_shown(invoke):
    shown = invoke(*TOY, *WINDOW, "10:14", "--limit", "parameters<=5000")
    assert shown.returncode == 0, shown.stderr
    rows = {line.split("  ")[0].strip(): line.split("  ")[-1].strip() for line in shown.stdout.splitlines() if line}
    assert rows["10:14 ms on toyphone"] == rows["parameters<=5000"] == rows["all together"]
    assert " % to " in rows["all together"]
    assert "They can be met: " in shown.stdout
    assert "For example by toy:" in shown.stdout


def test_bounds_that_nothing_keeps_end_with_exit_code_1(invoke):
    refused = invoke(*TOY, "--limit", "parameters<=500")
    assert refused.returncode == 1
    assert "parameters<=500" in refused.stdout
    assert "below 0.994 %" in refused.stdout
    assert "They cannot be met: none of all 40 networks." in refused.stdout
    assert "No sample keeps parameters<=500: the nearest has 1,000." in refused.stdout


def test_bounds_that_perhaps_nothing_keeps_end_with_exit_code_0(invoke):
    unknown = invoke("profile", "--space", "proxyless", "--limit", "parameters<=1", "--samples", "50")
    assert unknown.returncode == 0
    assert "It is not known whether they can be met: none of 50 samples." in unknown.stdout


def test_a_window_of_an_additive_latency_is_told_exactly(invoke):
    window = ("profile", "--space", "proxyless", "--samples", "50", "--device", "pixel1", "--latency")
    met = json.loads(invoke(*window, "200:210", "--json").stdout)
    assert (met["inside"]["samples"], met["can_be_met"]) == (0, True)
    refused = invoke(*window, "300:400", "--json")
    document = json.loads(refused.stdout)
    assert (refused.returncode, document["can_be_met"]) == (1, False)
    assert "the space reaches from 30.94 to 219.09 ms" in document["reason"]


def test_json_is_one_document(invoke):
    document = json.loads(invoke(*TOY, "--seed", "3", "--json").stdout)
    assert (document["codes"]["value"], document["samples"]) == (64, 300)
    assert document["figures"]["parameters"]["maximum"] == 10_000


def test_a_space_that_measures_nothing_says_so(invoke):
    shown = invoke("profile", "--space", "toy:ToySpace", "--samples", "5")
    assert "Nothing is known of its architectures without an evaluation." in shown.stdout


def test_latencies_that_fail_are_told_on_standard_error(invoke):
    shown = invoke(
        "profile", "--space", "faulty.raising:Space_measure_latency", "--device", "toyphone", "--samples", "5"
    )
    assert (shown.returncode, "latency (ms)" in shown.stdout) == (0, False)
    assert "The latency of 5 architectures is not known. The first: toy:" in shown.stderr


@pytest.mark.parametrize("place", ["sample", "canonical", "measure", "choices", "enumerate_space", "sample_within"])
def test_a_space_that_raises_is_one_message(invoke, place):
    window = (*WINDOW, "90:100", "--samples", "5")
    refused = invoke("profile", "--space", f"faulty.raising:Space_{place}", *window)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert f"{SAID} {place}" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--limit", "flops<=1"), "It knows parameters. With --device it knows latency."),
        (("--limit", "parameters<1"), "A limit is NAME<=NUMBER"),
        (("--latency", "10:12"), "add --device"),
        (("--space-opt", "depth=3"), "has no option 'depth'"),
    ],
)
def test_wrong_use_is_one_message(invoke, arguments, message):
    refused = invoke(*TOY, *arguments)
    assert (refused.returncode, message in refused.stderr, refused.stdout) == (2, True, "")


def test_nothing_that_is_not_trusted_is_imported_with_safe(invoke):
    refused = invoke(*TOY, "--safe")
    assert (refused.returncode, "--safe refuses the space" in refused.stderr) == (2, True)
    assert invoke("profile", "--space", "proxyless", "--samples", "5", "--safe").returncode == 0
