"""What tests of every part share: real data where it is present, a toy space, and the command line."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data that is not part of the project; a test that needs it is skipped without it."""
    folder = Path(os.environ.get("NASPLUG_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real data are not present: {folder} is no folder (set NASPLUG_SHARED_DATA)")
    return folder


@pytest.fixture
def nasplug(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Calls the command line in a process of its own, in an empty folder where the toy plugins can be imported."""

    def call(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "COLUMNS": "160"}
        command = [sys.executable, "-m", "nasplug.cli", *arguments]
        options = {"cwd": tmp_path, "env": env, "capture_output": True, "text": True, "timeout": 300} | more
        return subprocess.run(command, **options)  # type: ignore[call-overload,no-any-return]

    return call
