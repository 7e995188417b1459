"""The same training on one device, on four, and on two hosts that talk over loopback: the same losses."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nasplug.errors import ConfigurationError
from nasplug.training.distribution import Placement, host_parts, place

SCRIPT = Path(__file__).with_name("replicas.py")


def start(devices, hosts, config=None):
    env = {name: value for name, value in os.environ.items() if name != "TF_CONFIG"}
    if config:
        env["TF_CONFIG"] = json.dumps(config)
    command = [sys.executable, str(SCRIPT), str(devices), str(hosts)]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process):
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err[-3000:]
    return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="module")
def alone():
    found = finish(start(1, 1))
    assert found["training_loss"] < 2.1  # it learns, so that equality says something
    return found


def same(found, alone):
    for name in ("training_loss", "loss", "moving"):
        assert found[name] == pytest.approx(alone[name], rel=1e-4), name
    assert found["accuracy"] == pytest.approx(alone["accuracy"], abs=0.51)  # two images of 400


@pytest.mark.slow
def test_four_devices_lose_what_one_loses(alone):
    found = finish(start(4, 1))
    assert found["replicas"] == 4
    same(found, alone)


@pytest.mark.slow
def test_two_hosts_lose_what_one_loses(alone):
    ports = []
    sockets = [socket.socket() for _ in range(2)]
    for each in sockets:
        each.bind(("localhost", 0))
        ports.append(each.getsockname()[1])
    for each in sockets:
        each.close()
    cluster = {"worker": [f"localhost:{port}" for port in ports]}
    processes = [start(1, 2, {"cluster": cluster, "task": {"type": "worker", "index": i}}) for i in range(2)]
    first, second = map(finish, processes)
    assert first == second
    assert first["replicas"] == 2
    same(first, alone)


def test_hosts_cut_batches_into_parts_that_make_up_the_whole():
    batches = [(np.arange(7), np.arange(7) * 2), (np.arange(3), np.arange(3))]
    for hosts in (1, 2, 3):
        parts = [list(host_parts(iter(batches), Placement(None, host, hosts))) for host in range(hosts)]
        for number, (whole, labels) in enumerate(batches):
            np.testing.assert_array_equal(np.concatenate([part[number][0] for part in parts]), whole)
            np.testing.assert_array_equal(np.concatenate([part[number][1] for part in parts]), labels)


def test_a_tpu_that_is_not_there_is_named():
    with pytest.raises(ConfigurationError, match=r"the TPU 'local' cannot be used .*nasplug-proxyless\[tpu\]"):
        place("tpu", None)
