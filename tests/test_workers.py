"""Worker processes hear nothing of Ctrl-C, from their first instruction on; the driver does."""

import signal

from nasplug.workers import workers


def blocked(_=None):
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_ctrl_c_is_the_driver_s_alone():
    pool = workers(1)
    try:
        assert pool.schedule(blocked, args=(None,)).result(60)
        assert not blocked()
    finally:
        pool.stop()
        pool.join()
