"""Benchmarks are run by hand: what each needs of the project is still there."""

from importlib import import_module

import pytest

from benchmarks.__main__ import names


@pytest.mark.parametrize(("name", "module"), names().items())
def test_a_benchmark_finds_what_it_measures(name, module):
    found = import_module(f"benchmarks.{module}")
    assert name == found.NAME
    assert callable(found.run)
