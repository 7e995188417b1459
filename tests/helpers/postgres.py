"""A real PostgreSQL server on loopback, in a temporary folder, for as long as tests need it."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

UNUSED = "nobody"  # whose server it is where tests run as root: initdb refuses root


@attrs.frozen
class Server:
    """The URL of an empty database, and how its server is stopped and started."""

    url: str
    user: str | None
    control: tuple[object, ...]
    options: tuple[object, ...]

    def start(self) -> None:
        """Returns when the server answers."""
        _call(self.user, *self.control, *self.options, "start")

    def stop(self) -> None:
        """Ends the server as a crash would: no client is heard out."""
        _call(self.user, *self.control, "-m", "immediate", "stop")


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Yields a server that has started; it is stopped afterwards. Skips where there is no PostgreSQL."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install nasplug[postgresql]")
    binaries = _binaries()
    user = _user()
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", _free_port()
    _call(user, binaries / "initdb", "-D", data, "-U", "nasplug", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=200"
    control = (binaries / "pg_ctl", "-D", data, "-w", "-t", "120")
    url = f"postgresql+psycopg://nasplug@127.0.0.1:{port}/postgres"
    running = Server(url, user, control, ("-l", folder / "log", "-o", options))
    running.start()
    try:
        yield running
    finally:
        running.stop()


def _binaries() -> Path:
    """Returns the folder of initdb: on PATH, or where Debian keeps it."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        pytest.skip("there is no PostgreSQL server here: apt-get install postgresql")
    return folders[-1]


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    names = [entry.pw_name for entry in pwd.getpwall() if entry.pw_name in ("postgres", UNUSED)]
    return "postgres" if "postgres" in names else names[0]


def _call(user: str | None, *command: object) -> None:
    subprocess.run(list(map(str, command)), user=user, cwd="/", check=True, stdout=subprocess.DEVNULL, timeout=150)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
