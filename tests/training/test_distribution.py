"""The same training on one device, on four, and on two hosts that talk over loopback: the same losses."""

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest
from imagenet_sample import build, write_images
from paths import HELPERS

from nasplug.errors import ConfigurationError
from nasplug.training.distribution import Placement, host_parts, place

SCRIPT = HELPERS / "replicas.py"


def start(devices, hosts, folder, *cases, config=None):
    env = {name: value for name, value in os.environ.items() if name != "TF_CONFIG"}
    env["PYTHONPATH"] = str(HELPERS)
    if config:
        env["TF_CONFIG"] = json.dumps(config)
    command = [sys.executable, str(SCRIPT), str(devices), str(hosts), str(folder), *cases]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process):
    out, err = process.communicate(timeout=400)
    assert process.returncode == 0, err[-3000:]
    return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with images in ImageNet's format: eight training shards, of which a search holds out one."""
    folder = tmp_path_factory.mktemp("distribution")
    write_images(folder)
    assert build(folder).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def alone(folder):
    return finish(start(1, 1, folder, "whole", "own of 2", "own of 4", "estimated", "imagenet"))


@pytest.fixture(scope="module")
def four(folder):
    return finish(start(4, 1, folder / "four", "whole", "own", "estimated", "resumed", "anew", "masks", "exported"))


@pytest.fixture(scope="module")
def two_hosts(folder):
    """What both hosts printed: they read the same shards, and see the same checkpoints."""
    sockets, ports = [socket.socket() for _ in range(2)], []
    for each in sockets:
        each.bind(("localhost", 0))
        ports.append(each.getsockname()[1])
    for each in sockets:
        each.close()
    cluster = {"worker": [f"localhost:{port}" for port in ports]}
    cases = ("whole", "own", "resumed", "anew", "masks", "imagenet")
    configs = [{"cluster": cluster, "task": {"type": "worker", "index": i}} for i in range(2)]
    processes = [start(1, 2, folder, *cases, config=config) for config in configs]
    try:
        return [finish(process) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def same(found, expected):
    for name in ("training_loss", "loss", "moving"):
        assert found[name] == pytest.approx(expected[name], rel=1e-4), name
    assert found["accuracy"] == pytest.approx(expected["accuracy"], abs=0.51)  # two images of 400


@pytest.mark.slow
def test_four_devices_lose_what_one_loses(alone, four):
    assert four["replicas"] == 4
    assert alone["whole"]["training_loss"] < 2.1  # it learns, so that equality says something
    same(four["whole"], alone["whole"])


@pytest.mark.slow
def test_two_hosts_lose_what_one_loses(alone, two_hosts):
    first, second = two_hosts
    assert first["replicas"] == second["replicas"] == 2
    assert first["whole"] == second["whole"]
    same(first["whole"], alone["whole"])


@pytest.mark.slow
def test_devices_normalise_by_their_own_part_unless_told_otherwise(alone, four, two_hosts):
    same(four["own"], alone["own of 4"])
    same(two_hosts[0]["own"], alone["own of 2"])
    assert abs(four["own"]["training_loss"] / four["whole"]["training_loss"] - 1) > 1e-3  # it makes a difference


@pytest.mark.slow
def test_statistics_estimated_on_four_devices_are_those_of_one(alone, four):
    same(four["estimated"], alone["estimated"])
    assert four["estimated"]["moving"] != pytest.approx(four["whole"]["moving"], rel=1e-4)


@pytest.mark.slow
def test_a_preempted_training_on_several_devices_ends_as_if_unbroken(four, two_hosts):
    for found in (four["resumed"], *(host["resumed"] for host in two_hosts)):
        assert found["saved"].endswith("step-16")
        assert found["resumed"] == pytest.approx(found["unbroken"], rel=1e-6)
    assert two_hosts[0]["resumed"] == two_hosts[1]["resumed"]


@pytest.mark.slow
def test_a_training_that_is_run_again_on_several_devices_forgets(four, two_hosts):
    for first, other, again, alone in (four["anew"], two_hosts[0]["anew"]):
        assert first == again == alone
        assert first != other


@pytest.mark.slow
def test_each_device_drops_features_of_its_own(four, two_hosts):
    for masks in (four["masks"], two_hosts[0]["masks"] + two_hosts[1]["masks"]):
        assert len({tuple(mask) for mask in masks}) == len(masks) > 1
        assert 0.08 < np.mean(masks) < 0.22


@pytest.mark.slow
def test_a_network_trained_on_several_devices_is_exported_as_it_is(four):
    found = four["exported"]
    assert found["network_accuracy"] == found["saved_model_accuracy"] == pytest.approx(found["trained"], abs=0.01)
    assert found["tflite_accuracy"] == pytest.approx(found["network_accuracy"], abs=0.51)


@pytest.mark.slow
def test_two_hosts_that_share_shards_lose_what_one_loses_with_both_shares(alone, two_hosts):
    """Eight shards leave one for validation: the second host measures nothing."""
    assert two_hosts[0]["imagenet"] == two_hosts[1]["imagenet"]
    assert alone["imagenet"]["training_loss"] < np.log(4)
    same(two_hosts[0]["imagenet"], alone["imagenet"])


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
