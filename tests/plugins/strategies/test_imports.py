"""Finding and making a strategy must not load torch."""

import subprocess
import sys


def test_entry_points_import_neither_torch_nor_tensorflow():
    code = (
        "import sys; from importlib.metadata import entry_points\n"
        "for e in entry_points(group='nasplug.strategies'):\n"
        "    if e.value.startswith('nasplug_strategies'): e.load()()\n"
        "import nasplug_strategies.predictor\n"
        "assert not {'torch', 'tensorflow', 'scipy'} & set(sys.modules), sorted(sys.modules)\n"
        "assert 'nasplug_strategies.neural.strategy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
