"""`nasplug.search`: a loop over a session. The command line runs searches through it."""

import sys
from functools import partial

from nasplug.engine.latency_window import sample_anywhere
from nasplug.engine.loop import Loop
from nasplug.engine.opening import Opened, check_device, opened
from nasplug.engine.request import RunRequest, with_arguments_of
from nasplug.engine.result import Result
from nasplug.engine.selection import Selection
from nasplug.engine.store import Database


@with_arguments_of(RunRequest)
def search(request: RunRequest) -> Result:
    """Searches a space with a strategy until the budget or the strategy ends it, and returns what was found.

    In a notebook or at a prompt, Ctrl-C returns what a search in memory has found so far.
    Raises `NasplugError` for everything that a user can mend.
    """
    return run_request(request)


def run_request(request: RunRequest) -> Result:
    """Runs a search from its request, as `search` does."""
    with opened(request) as run, run.turn():
        return _searched(run)


def _searched(opened_run: Opened) -> Result:
    session = opened_run.session()
    try:
        with opened_run.begun(session):
            reason = Loop(session).execute()
    except KeyboardInterrupt:
        if isinstance(opened_run.store, Database) or not hasattr(sys, "ps1"):
            raise
        reason = "interrupted"
    return session.result(reason)


@with_arguments_of(RunRequest)
def explain(request: RunRequest) -> tuple[list[str], dict[str, list[str]]]:
    """Returns who takes part in a run without starting it: the chain of middleware, and the plugins of each hook.

    The chain begins with the outermost middleware and ends with the space. The plugins of a hook are in the order of
    the calls. Raises `Unsupported` for a device that no plugin knows.
    """
    selection = Selection.of_request(request)
    settings = selection.settings(request)
    plugin_manager = selection.manager(settings)
    check_device(plugin_manager.hook, settings.device, partial(sample_anywhere, plugin_manager))
    chain = [*(middleware.name for middleware in selection.middleware), selection.space_name]
    return chain, selection.callers(plugin_manager)
