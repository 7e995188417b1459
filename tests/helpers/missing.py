"""Skips, with the reason, what fails because a large package is not installed, which a new Python may lack."""

import re
from importlib.util import find_spec

import pytest

LARGE = {
    "tensorflow": "TensorFlow",
    "torch": "PyTorch",
    "torch_geometric": "torch-geometric",
    "ai_edge_litert": "ai-edge-litert",
}
# Python's words, and those of `nasplug.loading.packages`
_ERROR = re.compile(r"No module named \\*'([\w.]+)|need ([\w, ]+), which (?:is|are) not installed")


def lacks(text, installed=None):
    """Returns the reason to skip a test whose failure has this text; None where it failed for another one."""
    installed = installed or find_spec
    named = re.findall(r"\w+", " ".join(" ".join(match) for match in _ERROR.findall(text)))
    missing = [LARGE[name] for name in LARGE if name in named and not installed(name)]
    return f"{', '.join(missing)} not installed: pip install -r requirements.txt" if missing else None


def skipped(report, place):
    """Makes the report of a failed test or module that of a skipped one, where it needs what is not installed."""
    reason = report.failed and lacks(report.longreprtext)
    if reason:
        report.outcome, report.longrepr = "skipped", (place, None, reason)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Skips a module of tests that imports such a package."""
    return skipped((yield), str(collector.path))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Skips a test that imports such a package."""
    return skipped((yield), str(item.path))
