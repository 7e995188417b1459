"""The hooks that keep ordinary tests fast."""

from types import SimpleNamespace

import durations
import pytest


def call(test, seconds, *marks, when="call"):
    return SimpleNamespace(nodeid=test, duration=seconds, when=when, keywords=dict.fromkeys(marks, 1))


def session(*reports, exitstatus=0, has_reporter=True):
    reporter = SimpleNamespace(stats={"passed": list(reports), "deselected": [object()]}) if has_reporter else None
    plugins = SimpleNamespace(get_plugin={"terminalreporter": reporter}.get)
    return SimpleNamespace(config=SimpleNamespace(pluginmanager=plugins), exitstatus=exitstatus)


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (call("a", 40.1), 1),
        (call("a", 40.0), 0),
        (call("a", 99.0, "slow"), 0),
        (call("a", 99.0, when="setup"), 0),
    ],
)
def test_a_session_fails_if_an_unmarked_test_takes_over_forty_seconds(report, status):
    finished = session(call("b", 0.1), report)
    durations.pytest_sessionfinish(finished)
    assert finished.exitstatus == status


def test_the_exit_status_of_a_session_that_has_failed_stays():
    finished = session(call("a", 99.0), exitstatus=2)
    durations.pytest_sessionfinish(finished)
    assert finished.exitstatus == 2


def test_a_worker_process_reports_nothing():
    finished = session(has_reporter=False)
    durations.pytest_sessionfinish(finished)
    assert finished.exitstatus == 0


def test_unmarked_tests_over_two_seconds_are_printed_the_slowest_first():
    printed = []
    stats = {"passed": [call("a", 2.5), call("b", 1.9), call("c", 9.0, "slow")], "failed": [call("d", 4.0)]}
    durations.pytest_terminal_summary(SimpleNamespace(stats=stats, section=printed.append, line=printed.append))
    assert printed == ["not marked slow, but over 2 s (the limit is 40 s)", "  4.00 s  d", "  2.50 s  a"]


def test_nothing_is_printed_where_all_tests_are_fast():
    printed = []
    stats = {"passed": [call("a", 2.0)]}
    durations.pytest_terminal_summary(SimpleNamespace(stats=stats, section=printed.append, line=printed.append))
    assert printed == []


def test_these_hooks_are_those_of_the_suite(request):
    plugins = request.config.pluginmanager
    assert durations.pytest_sessionfinish in [
        hook.function for hook in plugins.hook.pytest_sessionfinish.get_hookimpls()
    ]
