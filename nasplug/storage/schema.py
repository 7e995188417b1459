"""The tables of a storage, their version, and the way of older databases to it."""

from typing import Any

import sqlalchemy as sa

from nasplug.errors import StorageError

SCHEMA = 2
MIGRATION_KEY = 0x6E617370  # of PostgreSQL's advisory lock: "nasp"
TABLES = sa.MetaData()
schema = sa.Table("nasplug_schema", TABLES, sa.Column("version", sa.Integer, nullable=False))
runs = sa.Table(
    "nasplug_runs",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False, unique=True),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),  # of the distributions that took part, for the record
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("ended", sa.Text),  # the reason, None while the run goes on or was killed
)
trials = sa.Table(
    "nasplug_trials",
    TABLES,
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
)
locks = sa.Table(  # since schema 2: which process drives a run
    "nasplug_locks",
    TABLES,
    sa.Column(
        "run", sa.Integer, sa.ForeignKey("nasplug_runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    sa.Column("owner", sa.String(36), nullable=False),  # a random name of the driver
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("machine", sa.Text, nullable=False),  # equal where process ids can be compared
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("beats", sa.Integer, nullable=False),
    sa.Column("beaten", sa.Float, nullable=False),  # the driver's own clock, seconds since the epoch
)


def begin_exclusively(connection: sa.Connection) -> None:
    """Begins a transaction that no other of its kind runs beside; it ends with commit or rollback."""
    if connection.dialect.name == "sqlite":  # its driver begins no transaction before CREATE TABLE
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_KEY)))


def bring_up_to_date(connection: sa.Connection, url: str) -> None:
    """Makes the tables, or migrates those of an older version, in one transaction; called when a storage is opened.

    Raises `StorageError` for tables of a newer version.
    """
    if version_of(connection) == SCHEMA:
        return connection.rollback()
    connection.rollback()
    begin_exclusively(connection)
    try:
        _change(connection, version_of(connection), url)
    except BaseException:  # whatever stops it, Ctrl-C too: half a migration must not stay open
        connection.rollback()
        raise
    return connection.commit()


def _change(connection: sa.Connection, found: int | None, url: str) -> None:
    if found is None:
        TABLES.create_all(connection)
        connection.execute(schema.insert(), {"version": SCHEMA})
        return
    if found > SCHEMA:
        raise StorageError(
            f"{url} has schema version {found}, this nasplug knows versions up to {SCHEMA}. "
            "Upgrade nasplug (pip install -U nasplug), or name another --storage."
        )
    for version in range(found, SCHEMA):
        MIGRATIONS[version](connection)
    connection.execute(schema.update(), {"version": SCHEMA})


def version_of(connection: sa.Connection) -> int | None:
    """Returns the version of nasplug's tables in a database; None where there are none."""
    if not sa.inspect(connection).has_table(schema.name):
        return None
    found: int | None = connection.execute(sa.select(sa.func.max(schema.c.version))).scalar_one()
    return found


def _one_to_two(connection: sa.Connection) -> None:
    locks.create(connection)


MIGRATIONS: dict[int, Any] = {1: _one_to_two}
