"""`--safe` of the commands that import plugins."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from nasplug.loading import options
from nasplug.loading.trust import check_trusted

safe_flag = click.option(
    "--safe", is_flag=True, help="Use no plugins but nasplug's own and those that NASPLUG_SAFE names."
)


def safe_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a command with `--safe`, which looks at the space and the strategies named before anything is imported.

    Stands next to the command's function, which does not hear of it.
    """

    @safe_flag
    @wraps(command)
    def checked(safe: bool, **given: Any) -> Any:
        """Returns what the command returns."""
        if safe:
            for strategy in given.get("strategies") or [given["strategy"]]:
                check_trusted(given["space"], options.parse_plugin(strategy)[0], ())
        return command(**given)

    return checked
