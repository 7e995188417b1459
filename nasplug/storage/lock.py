"""The lock of a stored run: at most one process, its driver, executes the run and writes to it.

A lock is a row that names its holder and counts its heartbeats. It may be taken over from a holder whose process does
not exist any more (on the same machine), or that has sent no heartbeat for `STALE_AFTER` seconds (anywhere). Since the
clocks of two machines differ, a lock that looks old, or whose holder lets go soon, is watched for as long before it is
taken over.

The old holder may only have been suspended, and wake up later. So every write to a run asks, in its own transaction,
whether the writer still holds the lock: that is the condition `MAY_WRITE`.
"""

import os
import platform
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from nasplug.errors import StorageError
from nasplug.storage.atomic_files import process_is_alive
from nasplug.storage.schema import begin_exclusive, locks

HEARTBEAT = 10.0  # seconds between two heartbeats
STALE_AFTER = 3.5 * HEARTBEAT  # seconds without a heartbeat
POLL = 0.02  # seconds between two looks at a lock whose holder lets go soon
_OWNER = sa.bindparam("lock_owner", type_=sa.String)
_ROW_OF_OWNER: sa.Select[Any] = sa.select(sa.literal_column("1")).where(locks.c.owner == _OWNER)
# Without an owner, or while the owner holds a lock; FOR SHARE keeps it so until the transaction ends.
MAY_WRITE = sa.or_(_OWNER.is_(None), _ROW_OF_OWNER.with_for_update(read=True).exists())


@attrs.define(eq=False)
class RunLock:
    """The lock of one run, as one driver sees it.

    `connect` opens a connection of the lock's own, since heartbeats come from a thread; `heartbeat` is in seconds. A
    `brief` holder lets go soon.
    """

    connect: Callable[[], sa.Connection]
    run: int
    name: str
    brief: bool = False
    heartbeat: float = HEARTBEAT
    owner: str = attrs.field(factory=lambda: str(uuid.uuid4()))
    _thread: threading.Thread = attrs.field(init=False)
    _released: threading.Event = attrs.field(factory=threading.Event, init=False)

    def acquire(self) -> None:
        """Takes the lock and starts to send heartbeats; waits for a brief holder.

        Raises `StorageError` naming a live process that holds it.
        """
        with self.connect() as connection:
            holder = self._try_to_take(connection)
            while holder is not None and holder.brief:
                is_silent = self._is_silent(connection, holder)
                holder = self._try_to_take(connection, stale=holder if is_silent else None)
            if holder is not None and self._looks_old(holder) and self._is_silent(connection, holder):
                holder = self._try_to_take(connection, stale=holder)
        if holder is not None:
            raise StorageError(
                f"The run {self.name!r} is driven by process {holder.pid} on {holder.host} at this moment. Wait until "
                "it has ended, stop it there, or start a run under another --name; if it is dead, try again in "
                f"{STALE_AFTER:g} s."
            )
        self._thread = threading.Thread(target=self._send_heartbeats, name="heartbeat", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Stops the heartbeats and deletes the lock, unless another driver has taken it over."""
        self._released.set()
        self._thread.join(HEARTBEAT)  # it closes its connection before the caller closes the database
        with suppress(SQLAlchemyError), self.connect() as connection:  # a lock that stays is stale soon
            connection.execute(locks.delete().where(locks.c.owner == self.owner))
            connection.commit()

    def taken_over(self) -> StorageError:
        """Returns the error for a driver that finds, when it writes, that another one holds the lock."""
        return StorageError(
            f"The run {self.name!r} was taken over by another process while this one was suspended for more than "
            f"{STALE_AFTER:g} s. What is stored is kept; the other process goes on."
        )

    def _try_to_take(self, connection: sa.Connection, stale: Any = None) -> Any:
        """Takes the lock if it is free, or if its holder is dead or still the `stale` one.

        Returns the row of the process that holds the lock instead, None if the lock is now ours.
        """
        begin_exclusive(connection)
        holder = self._holder(connection)
        is_dead = holder is not None and _is_gone(holder)
        if holder is None or is_dead or (stale is not None and _heartbeat_of(holder) == _heartbeat_of(stale)):
            connection.execute(locks.delete().where(locks.c.run == self.run))
            ours = {"run": self.run, "owner": self.owner, "beats": 0, "beaten": time.time(), "brief": self.brief}
            process = {"host": platform.node(), "machine": _machine(), "pid": os.getpid()}
            connection.execute(locks.insert(), ours | process)
            holder = None
        connection.commit()
        return holder

    def _is_silent(self, connection: sa.Connection, holder: Any) -> bool:
        """Watches a lock until it changes or is stale; returns whether no other heartbeat and no other holder came."""
        deadline = time.monotonic() + self._stale_after
        while time.monotonic() < deadline:
            time.sleep(POLL if holder.brief else self.heartbeat / 10)
            now = self._holder(connection)
            connection.rollback()
            if now is None or _is_gone(now):
                return True
            if _heartbeat_of(now) != _heartbeat_of(holder):
                return False
        return True

    @property
    def _stale_after(self) -> float:
        return STALE_AFTER / HEARTBEAT * self.heartbeat

    def _looks_old(self, holder: Any) -> bool:
        return bool(abs(time.time() - holder.beaten) >= self._stale_after)

    def _send_heartbeats(self) -> None:
        """Counts a heartbeat every few seconds, until the lock is released or another driver has it."""
        update = locks.update().where(locks.c.owner == self.owner)
        while not self._released.wait(self.heartbeat):
            with suppress(SQLAlchemyError), self.connect() as connection:  # one heartbeat may fail, the next counts
                done = connection.execute(update.values(beats=locks.c.beats + 1, beaten=time.time()))
                connection.commit()
                if done.rowcount == 0:
                    return

    def _holder(self, connection: sa.Connection) -> Any:
        return connection.execute(locks.select().where(locks.c.run == self.run)).one_or_none()


def is_alive(holder: Any) -> bool:
    """Returns whether the holder of a lock, its row, gives signs of life by this machine's clock.

    For those who only look; who wants to take the lock over watches it.
    """
    return not _is_gone(holder) and bool(abs(time.time() - holder.beaten) < STALE_AFTER)


def _is_gone(holder: Any) -> bool:
    return bool(holder.machine == _machine()) and not process_is_alive(holder.pid)


def _heartbeat_of(holder: Any) -> tuple[str, int]:
    return holder.owner, holder.beats


def _machine() -> str:
    """Returns a text that two processes share exactly if each can see the other's process id."""
    try:
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return platform.node()
