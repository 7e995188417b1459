"""The tables of a storage, the version of their schema, and the migrations from older versions."""

from collections.abc import Callable

import sqlalchemy as sa

from nasplug.errors import StorageError

SCHEMA_VERSION = 3
ADVISORY_LOCK = 0x6E617370  # the key of PostgreSQL's lock on migrations and run locks: "nasp"
metadata = sa.MetaData()
schema_version = sa.Table("nasplug_schema", metadata, sa.Column("version", sa.Integer, nullable=False))
runs = sa.Table(
    "nasplug_runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False, unique=True),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),  # of the distributions that took part, for the record
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("ended", sa.Text),  # the reason, None while the run goes on or was killed
)
trials = sa.Table(
    "nasplug_trials",
    metadata,
    sa.Column("run", sa.Integer, sa.ForeignKey("nasplug_runs.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("architecture", sa.Text, nullable=False),
    sa.Column("canonical", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("purpose", sa.String(10), nullable=False),
    sa.Column("accuracy", sa.Float),
    sa.Column("cost", sa.Float),
    sa.Column("source", sa.Text),
    sa.Column("metrics", sa.JSON),
    sa.Column("error", sa.Text),
    sa.Column("latency", sa.Float),
    sa.Column("started", sa.Float, nullable=False),
    sa.Column("finished", sa.Float, nullable=False),
    sa.Column("epochs", sa.Integer),  # since version 3, as the next one
    sa.Column("continues", sa.Integer),  # the number of the trial whose training went on
)
jobs = sa.Table(  # since version 3: what was asked for while something else was open; open is a job without a trial
    "nasplug_jobs",
    metadata,
    sa.Column("run", sa.ForeignKey("nasplug_runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("architecture", sa.Text, nullable=False),
    sa.Column("canonical", sa.Text, nullable=False),
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("purpose", sa.String(10), nullable=False),
    sa.Column("epochs", sa.Integer),
    sa.Column("continues", sa.Integer),
    sa.Column("expires", sa.Float),  # when an open job may be given to somebody else, in seconds since the epoch
)
locks = sa.Table(  # since version 2: which process drives a run
    "nasplug_locks",
    metadata,
    sa.Column("run", sa.ForeignKey("nasplug_runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("owner", sa.String(36), nullable=False),  # a random id of the driver's lock
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("machine", sa.Text, nullable=False),  # equal for processes whose ids can be compared
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("beats", sa.Integer, nullable=False),  # how many heartbeats so far
    sa.Column("beaten", sa.Float, nullable=False),  # when the last one was, by the driver's clock
    sa.Column("brief", sa.Boolean, nullable=False),  # since version 3: whether the holder lets go after one ask or tell
)


def begin_exclusive(connection: sa.Connection) -> None:
    """Begins a transaction that waits until no other exclusive one is open; commit or rollback ends it."""
    if connection.dialect.name == "sqlite":  # whose Python driver begins no transaction before CREATE TABLE
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))


def migrate(connection: sa.Connection, url: str) -> None:
    """Creates the tables, or migrates those of an older version, in one transaction.

    Raises `StorageError` for tables of a newer version; `url` is for the message.
    """
    if stored_version(connection) == SCHEMA_VERSION:
        return connection.rollback()
    connection.rollback()
    begin_exclusive(connection)
    try:
        _migrate_from(stored_version(connection), connection, url)  # which another process may have changed meanwhile
    except BaseException:  # Ctrl-C too: half a migration must not stay open
        connection.rollback()
        raise
    return connection.commit()


def stored_version(connection: sa.Connection) -> int | None:
    """Returns the schema version of the tables in a database, None where there are no tables."""
    if not sa.inspect(connection).has_table(schema_version.name):
        return None
    version: int | None = connection.execute(sa.select(sa.func.max(schema_version.c.version))).scalar_one()
    return version


def _migrate_from(version: int | None, connection: sa.Connection, url: str) -> None:
    if version is None:
        metadata.create_all(connection)
        connection.execute(schema_version.insert(), {"version": SCHEMA_VERSION})
        return
    if version > SCHEMA_VERSION:
        raise StorageError(
            f"{url} has schema version {version}, this nasplug knows versions up to {SCHEMA_VERSION}. "
            "Upgrade nasplug (pip install -U nasplug), or name another --storage."
        )
    for older in range(version, SCHEMA_VERSION):
        MIGRATIONS[older](connection)
    connection.execute(schema_version.update(), {"version": SCHEMA_VERSION})


def _add_jobs(connection: sa.Connection) -> None:
    """Adds jobs, fidelities and brief locks. Locks are made anew: a driver of version 2 finds its own taken over."""
    for name in ("epochs", "continues"):
        connection.exec_driver_sql(f"ALTER TABLE {trials.name} ADD COLUMN {name} INTEGER")
    jobs.create(connection)
    locks.drop(connection)
    locks.create(connection)


# What changes the tables of a version into those of the next one.
MIGRATIONS: dict[int, Callable[[sa.Connection], None]] = {1: locks.create, 2: _add_jobs}
