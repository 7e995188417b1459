"""TensorFlow's settings, and that its libraries are silent while they are loaded."""

import os
import subprocess
import sys

import pytest

from nasplug.errors import ConfigurationError
from nasplug.training.backend import configure, native_stderr_held, tf


@pytest.fixture
def calls(monkeypatch):
    """Records the settings that `configure` makes, in a process where nothing is set and there are two GPUs."""
    calls = []
    monkeypatch.setattr(tf.config.threading, "get_intra_op_parallelism_threads", lambda: 0)
    for name in ("set_intra_op_parallelism_threads", "set_inter_op_parallelism_threads"):
        monkeypatch.setattr(tf.config.threading, name, lambda count, name=name: calls.append((name[4:9], count)))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["gpu0", "gpu1"])
    monkeypatch.setattr(tf.config, "set_visible_devices", lambda devices, kind: calls.append((devices, kind)))
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", lambda gpu, on: calls.append((gpu, on)))
    return calls


THREADS = [("intra", 1), ("inter", 3)]


@pytest.mark.parametrize(
    ("accelerator", "devices"),
    [
        ("auto", [("gpu0", True), ("gpu1", True)]),
        ("gpu", [("gpu0", True), ("gpu1", True)]),
        ("cpu", [([], "GPU")]),
        ("tpu", []),
    ],
)
def test_each_operation_has_one_thread_and_the_devices_are_those_of_the_accelerator(calls, accelerator, devices):
    configure(3, accelerator)
    assert calls == THREADS + devices


def test_threads_are_set_once_in_a_process(calls, monkeypatch):
    monkeypatch.setattr(tf.config.threading, "get_intra_op_parallelism_threads", lambda: 1)
    configure(3, "tpu")
    assert calls == []


def test_a_process_that_used_several_threads_is_refused(calls, monkeypatch):
    def late(count):
        raise RuntimeError

    monkeypatch.setattr(tf.config.threading, "set_inter_op_parallelism_threads", late)
    with pytest.raises(ConfigurationError, match=r"Call nasplug\.training\.configure\(\) before the first"):
        configure(3)


def test_devices_that_are_in_use_stay_as_they_are(calls, monkeypatch):
    def late(*arguments):
        raise RuntimeError

    monkeypatch.setattr(tf.config, "set_visible_devices", late)
    configure(3, "cpu")
    assert calls == THREADS


def test_a_missing_gpu_says_what_to_install(calls, monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    with pytest.raises(ConfigurationError, match="TensorFlow sees no GPU here"):
        configure(3, "gpu")
    configure(3, "auto")


def test_what_libraries_write_is_dropped_and_python_still_writes(capfd, monkeypatch):
    monkeypatch.setattr(sys, "__stderr__", sys.stderr)
    with native_stderr_held():
        os.write(2, b"noise\n")
        print("for the user", file=sys.stderr)
    os.write(2, b"afterwards\n")
    assert sys.stderr is sys.__stderr__
    assert capfd.readouterr().err == "for the user\nafterwards\n"


def test_a_redirected_standard_error_is_not_replaced(capsys):
    redirected = sys.stderr
    with native_stderr_held():
        assert sys.stderr is redirected


@pytest.mark.parametrize("error", [ImportError, KeyboardInterrupt])
def test_what_libraries_wrote_is_shown_if_loading_fails(capfd, error):
    @native_stderr_held()
    def load():
        os.write(2, b"the reason\n")
        raise error

    with pytest.raises(error):
        load()
    assert capfd.readouterr().err == "the reason\n"


@pytest.mark.slow
def test_triton_is_loaded_before_tensorflow(tmp_path):
    """PyTorch's usual build brings triton. The process ends where it is loaded after TensorFlow."""
    (tmp_path / "triton.py").write_text("import sys\nprint('tensorflow' in sys.modules)\n")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", "import nasplug.training.backend"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == "False\n"
