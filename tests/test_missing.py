"""Tests that need a large package are skipped where it is not installed, and for no other reason."""

from types import SimpleNamespace

import missing
import pytest
from missing import lacks, skipped


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("E   ModuleNotFoundError: No module named 'torch'", "PyTorch"),
        ("E   No module named 'torch.nn'", "PyTorch"),
        ("assert done.returncode == 0, 'No module named \\'tensorflow\\''", "TensorFlow"),
        ("Networks need torch, tensorflow, which are not installed: pip", "TensorFlow, PyTorch"),
        ("Networks need tensorflow, which is not installed: pip", "TensorFlow"),
    ],
)
def test_the_reason_names_what_is_not_installed(text, reason):
    assert lacks(text, lambda name: None) == f"{reason} not installed: pip install -r requirements.txt"
    assert lacks(text, lambda name: "found") is None


@pytest.mark.parametrize("text", ["", "assert 1 == 2", "No module named 'attrs'", "No module named 'torchless'"])
def test_any_other_failure_stays_one(text):
    assert lacks(text, lambda name: None) is None


def report(failed, text="No module named 'torch'"):
    return SimpleNamespace(failed=failed, longreprtext=text, outcome="failed" if failed else "passed", longrepr=text)


def test_a_failed_report_becomes_one_of_a_skipped_test(monkeypatch):
    monkeypatch.setattr(missing, "find_spec", lambda name: None)
    assert skipped(report(failed=True), "test_x.py").outcome == "skipped"
    assert skipped(report(failed=True), "test_x.py").longrepr[0] == "test_x.py"
    assert skipped(report(failed=True, text="assert 1 == 2"), "test_x.py").outcome == "failed"
    assert skipped(report(failed=False), "test_x.py").outcome == "passed"


def test_these_hooks_are_those_of_the_suite(request):
    implementations = request.config.hook.pytest_runtest_makereport.get_hookimpls()
    assert missing.pytest_runtest_makereport in [hook.function for hook in implementations]
