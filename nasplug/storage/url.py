"""Where trials are kept: the URL of a database, what may be shown of it, its file and its engine."""

import re
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from nasplug.errors import StorageError

DEFAULT_URL = "sqlite:///nasplug.db"
PATIENCE = 30  # seconds that a writer waits for another
_BEFORE_HOST = re.compile(r"(//[^:@/\s]*):(?!\d+/[^@?\s]*\?)\S*@")  # but not from a port to an @ in the query
_IN_QUERY = re.compile(r"([?&]\w*passw\w*=)[^&\s]*", re.IGNORECASE)
_SQLITE = re.compile(r"sqlite(?:\+\w+)?:///([^?]*)\??(.*)", re.DOTALL)


def url_of(place: str) -> str:
    """Returns the URL that `place` means; a plain path means a SQLite file. Raises `StorageError` for one in memory."""
    url = place if re.match(r"[a-z][a-z0-9+_]+:", place) else f"sqlite:///{place}"
    name, _, query = url.partition("?")
    if url.startswith("sqlite") and (name.endswith(("://", ":///", ":memory:")) or "mode=memory" in query):
        raise StorageError(f"{place!r} names no file, and the trials would be lost: wanted for instance {DEFAULT_URL}.")
    return url


def masked(text: str) -> str:
    """Returns a text as it may be shown: without the passwords of database URLs, before the host or in the query."""
    return _IN_QUERY.sub(r"\1***", _BEFORE_HOST.sub(r"\1:***@", text))


def file_of(url: str) -> Path | None:
    """Returns the file of a SQLite URL, also where SQLite itself reads it (`file:x.db?uri=true`); None for others."""
    found = _SQLITE.fullmatch(url)
    if found is None:
        return None
    name, query = found.groups()
    return Path(unquote(urlsplit(name).path) if name.startswith("file:") and "uri=true" in query else name)


def engine_of(url: str, reads_only: bool = False) -> sa.Engine:
    """Returns the engine of a database. SQLite's commits survive the process; a power cut may take the last ones.

    Who only reads leaves the file's journal as it is: the file may be another program's.
    """
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def durable(connection: Any, _: Any) -> None:
            """Sets a new connection up; called by the engine.

            NORMAL syncs the log at checkpoints: a killed process loses nothing, a power cut at most the last commits.
            """
            for pragma in (f"busy_timeout={PATIENCE * 1000}", "synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
            if not reads_only:
                _log_ahead(connection)

    return engine


def _log_ahead(connection: Any) -> None:
    """Switches to the write-ahead log, which the file keeps; SQLite refuses, unasked to wait, while others open it."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return
