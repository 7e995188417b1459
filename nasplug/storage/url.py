"""The address of a storage: its database URL, how it may be shown, its file and its engine."""

import re
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from nasplug.errors import StorageError
from nasplug.loading.paths import expanded_path

DEFAULT_URL = "sqlite:///nasplug.db"
BUSY_TIMEOUT = 30  # seconds that a writer of a SQLite file waits for another
_URL = re.compile(r"[a-z][a-z0-9+_]+:")
_SQLITE = re.compile(r"sqlite(\+\w+)?:///(file:)?")
_PASSWORD = re.compile(r"(//[^:@/\s]*):(?!\d+/[^@?\s]*\?)\S*@")  # not from a port to an @ in the query
_PASSWORD_IN_QUERY = re.compile(r"([?&]\w*passw\w*=)[^&\s]*", re.IGNORECASE)


def parse_storage(storage: str) -> sa.URL:
    """Returns the database URL that `--storage` means; a plain path is a SQLite file.

    Raises `StorageError` for what is no URL, and for a database in memory, where the trials would be lost.
    """
    try:
        place = _expanded(storage)
        url = sa.make_url(place) if _URL.match(storage) else sa.URL.create("sqlite", database=place)
    except (ArgumentError, ValueError) as error:  # ValueError: the port is no number
        raise _invalid(storage) from error
    name, mode = url.database or ":memory:", url.query.get("mode")
    if url.get_backend_name() == "sqlite" and (name.endswith(":memory:") or mode == "memory"):
        raise StorageError(
            f"{storage!r} names no file, and the trials would be lost: wanted for instance {DEFAULT_URL}."
        )
    return url


def masked(text: str) -> str:
    """Returns a text as it may be shown: without passwords of database URLs, before the host or in the query."""
    return _PASSWORD_IN_QUERY.sub(r"\1***", _PASSWORD.sub(r"\1:***@", text))


def shown(storage: str) -> str:
    """Returns the URL that `--storage` means as it may be shown."""
    place = _expanded(storage)
    return masked(place if _URL.match(storage) else f"sqlite:///{place}")


def _expanded(storage: str) -> str:
    """Returns a URL or a path of a SQLite file with `~` and `$VAR` replaced; the address of a server as it is."""
    if address := _SQLITE.match(storage):
        return address[0] + expanded_path(storage[address.end() :])
    return storage if _URL.match(storage) else expanded_path(storage)


def sqlite_file(url: sa.URL) -> Path | None:
    """Returns the file of a SQLite database, also of a URI that SQLite itself reads; None for other databases."""
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    is_uri = url.database.startswith("file:") and url.query.get("uri") == "true"
    return Path(unquote(urlsplit(url.database).path) if is_uri else url.database)


def create_engine(url: sa.URL, reads_only: bool = False) -> sa.Engine:
    """Returns the engine of a database. Raises `StorageError` where the driver refuses the URL's query.

    A commit to a SQLite file survives the end of the process. A power failure may take the last ones: `synchronous` is
    NORMAL, which flushes the write-ahead log at checkpoints alone. With `reads_only` the file keeps its journal mode,
    since it may be another program's.
    """
    try:
        engine = sa.create_engine(url)
    except ValueError as error:
        raise _invalid(str(url)) from error
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def set_up(connection: Any, _: Any) -> None:
            """Sets up a new connection; the engine calls this."""
            for pragma in (f"busy_timeout={BUSY_TIMEOUT * 1000}", "synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
            if not reads_only:
                _switch_to_write_ahead_log(connection)

    return engine


def _switch_to_write_ahead_log(connection: Any) -> None:
    """Switches the file to the write-ahead log; tries again while it is busy, since SQLite does not wait here."""
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _invalid(storage: str) -> StorageError:
    return StorageError(f"{masked(storage)!r} is not a database URL: wanted for instance {DEFAULT_URL}.")
