"""What tests of every part share: real data where it is present, a toy space, and the command line."""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import missing
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from durations import pytest_sessionfinish, pytest_terminal_summary  # noqa: F401 - hooks of pytest
from postgres import server

ROOT = Path(__file__).resolve().parent.parent

hypothesis.settings.register_profile("nasplug", deadline=None)  # how long an example takes is the machine's matter
hypothesis.settings.load_profile("nasplug")


def pytest_configure(config: pytest.Config) -> None:
    """Registers hooks that are called for folders too whose conftest cannot be imported."""
    config.pluginmanager.register(missing)


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
        env = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "helpers"), "COLUMNS": "160"}
        command = [sys.executable, "-m", "nasplug.cli", *arguments]
        options = {"cwd": tmp_path, "env": env, "capture_output": True, "text": True, "timeout": 300} | more
        return subprocess.run(command, **options)  # type: ignore[call-overload,no-any-return]

    return call


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SimpleNamespace]]:
    """Calls the command line in this process, in an empty folder; returns what `nasplug` does, in milliseconds.

    For commands whose standard streams, signals and imports are not the point: those need a process of their own.
    """
    from nasplug.cli.group import cli, main

    program = SimpleNamespace(name="nasplug", main=lambda args, prog_name, **_: main(list(args)))
    logger, handled = logging.getLogger("nasplug"), (signal.SIGINT, signal.SIGTERM)
    before = logger.level, logger.handlers, [signal.getsignal(number) for number in handled]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "_exit", sys.exit)
    monkeypatch.setattr(cli, "commands", {})

    def call(*arguments: str) -> SimpleNamespace:
        done = CliRunner(env={"COLUMNS": "160"}).invoke(program, arguments)  # type: ignore[arg-type]
        return SimpleNamespace(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)

    yield call
    logger.level, logger.handlers = before[:2]
    for number, handler in zip(handled, before[2], strict=True):
        signal.signal(number, handler)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A clock that stands still unless its `seconds` are changed; what is logged is as before afterwards."""
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(time, "monotonic", lambda: now.seconds)
    logger = logging.getLogger("nasplug")
    before = logger.level, logger.handlers
    yield now
    logger.level, logger.handlers = before


@pytest.fixture
def few_images(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leaves every tenth image of the embedded tasks, where a test is not about what a training learns."""
    from nasplug.training import load_task
    from nasplug.training.tasks import fashion_mnist

    few = {split: (images[::10], labels[::10]) for split, (images, labels) in fashion_mnist.read_images().items()}
    monkeypatch.setattr(fashion_mnist, "read_images", lambda: few)
    load_task.cache_clear()
    yield
    load_task.cache_clear()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a real PostgreSQL server's database; a test that needs it is skipped where there is none."""
    with tempfile.TemporaryDirectory(prefix="nasplug-pg-") as folder, server(Path(folder)) as running:
        yield running.url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes the URL of a database of the test's own, by a name: a SQLite file, or a schema of the server."""
    if request.param == "sqlite":
        return lambda name: f"sqlite:///{tmp_path}/{name}.db"
    server_url = request.getfixturevalue("postgresql")

    def named(name: str) -> str:
        schema = f"{name}_{tmp_path.name}".lower()[:60]
        engine = sa.create_engine(server_url)
        with engine.begin() as connection:
            connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        engine.dispose()
        return f"{server_url}?options=-csearch_path%3D{schema}"

    return named
