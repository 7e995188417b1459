"""What tests of several commands begin with."""

import pytest


@pytest.fixture
def stored(invoke):
    """Calls the command line in process, in a folder whose storage holds a run `r` of 12 trials with latencies."""
    run = "run --space toy:ToySpace --strategy random --budget 12 --device toyphone --name r"
    assert invoke(*run.split()).returncode == 0
    return invoke
