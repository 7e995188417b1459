"""`nasplug proxyless …`."""

import json

import pytest
from click.testing import CliRunner
from nasplug_proxyless.commands import proxyless
from nasplug_proxyless.operations import MOBILE

from nasplug.errors import InvalidArchitecture, UsageError

CODE = ",".join(map(str, MOBILE))


def call(*arguments):
    return CliRunner().invoke(proxyless, arguments, catch_exceptions=False, standalone_mode=False)


@pytest.mark.parametrize("arch", [CODE, f"proxyless:{CODE}"])
def test_count(arch):
    assert json.loads(call("count", arch, "--json").output) == {"parameters": 4_080_512, "multiply_adds": 320_427_584}
    assert call("count", arch).output == "4,080,512 parameters, 320,427,584 multiply-adds\n"


def test_latency():
    assert json.loads(call("latency", CODE, "--device", "pixel1", "--json").output)["latency"] == pytest.approx(
        84.416, abs=1e-3
    )
    with pytest.raises(UsageError, match="toaster"):
        call("latency", CODE, "--device", "toaster")


@pytest.mark.parametrize("arch", ["6,6,6", "a,b", "nasbench101:0,1", CODE.replace("0,1,0", "6,1,0", 1)])
def test_bad_architectures_are_refused(arch):
    with pytest.raises(InvalidArchitecture):
        call("count", arch)


@pytest.mark.slow
def test_train():
    arch = "0,0,6,6,6,0,6,6,6,0,6,6,6,0,6,6,6,0,6,6,6,0"
    options = ("--space-opt", "task=fashion-mnist", "--space-opt", "resolution=28")
    found = json.loads(call("train", arch, "--purpose", "search", "--epochs", "1", *options, "--json").output)
    assert found["architecture"] == f"proxyless:{arch}"
    assert found["source"] == "trained"
    assert found["accuracy"] > 60.0
