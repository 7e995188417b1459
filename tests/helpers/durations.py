"""Keeps ordinary tests fast: names those over two seconds, and fails a session in which one took over forty."""

EXPECTED = 2.0  # seconds; a test that takes longer on a quiet machine is marked slow
LIMIT = 40.0  # seconds; neither a busy machine nor the first import of TensorFlow takes so long


def slow_calls(stats, limit):
    """Returns seconds and test of each call over `limit` seconds of a test that is not marked slow, the slowest first.

    `stats` are those of pytest's terminal reporter: lists of reports by outcome, and of what else it has heard of.
    """
    reports = [report for reports in stats.values() for report in reports if getattr(report, "when", "") == "call"]
    calls = [(report.duration, report.nodeid) for report in reports if "slow" not in report.keywords]
    return sorted((call for call in calls if call[0] > limit), reverse=True)


def pytest_terminal_summary(terminalreporter):
    """Prints the tests that should be faster, or marked slow."""
    calls = slow_calls(terminalreporter.stats, EXPECTED)
    if calls:
        terminalreporter.section(f"not marked slow, but over {EXPECTED:g} s (the limit is {LIMIT:g} s)")
    for seconds, test in calls:
        terminalreporter.line(f"{seconds:6.2f} s  {test}")


def pytest_sessionfinish(session):
    """Fails the session in which an ordinary test was too slow; in a worker of xdist nothing is reported."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and slow_calls(reporter.stats, LIMIT):
        session.exitstatus = session.exitstatus or 1
