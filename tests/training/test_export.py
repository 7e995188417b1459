"""Files that are not as accurate as the network are refused."""

import numpy as np
import pytest
from small import FEW, RECIPE, Small

from nasplug.errors import NasplugError
from nasplug.training import configure, litert
from nasplug.training.export import export_network
from nasplug.training.loop import Training

configure()


def test_a_file_of_another_network_is_named(tmp_path, monkeypatch):
    trained, other = Training(Small, FEW, RECIPE, "search").run(0), Small(np.random.default_rng(1))
    converted = litert.converted
    monkeypatch.setattr(litert, "converted", lambda _, shape, __: converted(lambda x: other(x, False), shape, other))
    with pytest.raises(NasplugError, match=r"The exported tflite in .* is wrong: it has .* % accuracy on 1000 images"):
        export_network(trained.network, FEW, "search", tmp_path / "out")
