"""Whether a process of this machine still lives."""

import os


def is_alive(pid: int) -> bool:
    """Returns whether a process has this number here, whoever's it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True
