"""A package that a part of nasplug needs is there, or told with how to install it."""

import sys

import pytest

from nasplug.errors import ConfigurationError, MissingPackage, UsageError
from nasplug.loading.packages import require_packages


def test_packages_that_are_there_are_not_imported():
    sys.modules.pop("this", None)
    require_packages(["json", "this"], "Poems", "zen")
    assert "this" not in sys.modules


@pytest.mark.parametrize(
    ("packages", "told"),
    [
        (["json", "no_such"], "Poems need no_such, which is not installed: pip install zen."),
        (["no_such", "nor_such"], "Poems need no_such, nor_such, which are not installed: pip install zen."),
    ],
)
def test_packages_that_are_missing_are_told(packages, told):
    with pytest.raises(MissingPackage) as missing:
        require_packages(packages, "Poems", "zen")
    assert str(missing.value) == told


def test_a_missing_package_is_wrong_use_and_ends_a_run():
    assert issubclass(MissingPackage, UsageError)
    assert issubclass(MissingPackage, ConfigurationError)
