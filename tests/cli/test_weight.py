"""The command line starts light: what must not be imported is not."""

import subprocess
import sys

import pytest

HEAVY = {"torch", "torch_geometric", "tensorflow", "sqlalchemy", "pandas", "scipy", "pebble"}


@pytest.mark.parametrize("command", [["--help"], ["list"], ["--version"], ["run", "--help"]])
def test_nothing_heavy_is_imported(command):
    program = (
        "import sys\nfrom nasplug.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print('imported:', *sorted(set(name.partition('.')[0] for name in sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, check=True)
    imported = set(done.stdout.rpartition("imported:")[2].split())
    assert "nasplug" in imported
    assert imported & HEAVY == set()
