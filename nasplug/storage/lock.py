"""One driver a run: a lock in the database that names its holder, and that outlives nobody."""

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
from nasplug.storage.schema import begin_exclusively, locks

BEAT = 10.0  # seconds between two signs of life
SILENCE = 3.5 * BEAT  # for so long none: the driver is gone
_DRIVER = sa.bindparam("driver", type_=sa.String)
_OURS: sa.Select[Any] = sa.select(sa.literal_column("1")).where(locks.c.owner == _DRIVER).with_for_update(read=True)
# true while `driver`, the owner of a lock, holds it, which stays so until the transaction ends; or without a driver
PERMITTED = sa.or_(_DRIVER.is_(None), _OURS.exists())


@attrs.define(eq=False)
class RunLock:
    """The right to drive one run. `connect` opens connections of the lock's own; `beat` is in seconds.

    A lock is stale when its process is gone, on the same machine, or when it gives no sign of life. The clocks of
    two machines are never compared alone: a lock that looks old is watched before it is taken over.
    """

    connect: Callable[[], sa.Connection]
    run: int
    name: str
    beat: float = BEAT
    owner: str = attrs.field(factory=lambda: str(uuid.uuid4()))
    _thread: threading.Thread = attrs.field(init=False)
    _ended: threading.Event = attrs.field(factory=threading.Event, init=False)

    def acquire(self) -> None:
        """Takes the lock, a stale one over; called before a run is driven.

        Raises `StorageError` naming the host and the process that drives the run.
        """
        with self.connect() as connection:
            held = self._take(connection, None)
            if held is not None and self._silent(connection, held):
                held = self._take(connection, held)
        if held is not None:
            raise StorageError(
                f"The run {self.name!r} is driven by process {held.pid} on {held.host} at this moment. Wait until it "
                "has ended, stop it there, or start a run under another --name; if it is dead, try again in "
                f"{SILENCE:g} s."
            )
        self._thread = threading.Thread(target=self._beat, name="sign of life", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Gives the lock back, if it is still this driver's; called however the run ends."""
        self._ended.set()
        self._thread.join(BEAT)  # its connection is closed before the database is
        with suppress(SQLAlchemyError), self.connect() as connection:  # a lock that stays is stale when we are gone
            connection.execute(locks.delete().where(locks.c.run == self.run, locks.c.owner == self.owner))
            connection.commit()

    def lost(self) -> StorageError:
        """Returns the error of a driver whose run another one took over, while it gave no sign of life."""
        return StorageError(
            f"The run {self.name!r} was taken over by another process while this one was suspended for more than "
            f"{SILENCE:g} s. What is stored is kept; the other process goes on."
        )

    def _take(self, connection: sa.Connection, stale: Any) -> Any:
        """Returns None where the lock is now ours, else whose it is; `stale` is a holder that may be replaced."""
        begin_exclusively(connection)
        held = connection.execute(locks.select().where(locks.c.run == self.run)).one_or_none()
        if held is None or _is_gone(held) or (stale and (held.owner, held.beats) == (stale.owner, stale.beats)):
            mine = {"host": platform.node(), "machine": _machine(), "pid": os.getpid(), "beats": 0}
            connection.execute(locks.delete().where(locks.c.run == self.run))
            connection.execute(locks.insert(), mine | {"run": self.run, "owner": self.owner, "beaten": time.time()})
            held = None
        connection.commit()
        return held

    def _silent(self, connection: sa.Connection, held: Any) -> bool:
        """Tells whether a holder elsewhere gives no sign of life: its last one looks old, and none comes now."""
        silence = SILENCE / BEAT * self.beat
        if abs(time.time() - held.beaten) < silence:
            return False
        deadline = time.monotonic() + silence
        while time.monotonic() < deadline:
            time.sleep(self.beat / 10)
            now = connection.execute(locks.select().where(locks.c.run == self.run)).one_or_none()
            connection.rollback()
            if now is not None and (now.owner, now.beats) != (held.owner, held.beats):
                return False
        return True

    def _beat(self) -> None:
        mine = locks.update().where(locks.c.run == self.run, locks.c.owner == self.owner)
        while not self._ended.wait(self.beat):
            with suppress(SQLAlchemyError), self.connect() as connection:  # busy or away: the next one counts
                done = connection.execute(mine.values(beats=locks.c.beats + 1, beaten=time.time()))
                connection.commit()
                if done.rowcount == 0:  # taken over: the next write of this driver is refused
                    return


def _machine() -> str:
    """Returns what is equal for processes that see each other's ids: this boot and this pid namespace."""
    try:
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return platform.node()


def is_alive(pid: int) -> bool:
    """Returns whether a process has this number on this machine, whoever's it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _is_gone(held: Any) -> bool:
    return bool(held.machine == _machine() and not is_alive(held.pid))
