"""Every error that a user can meet. Each message says what was wanted, what there is, and what to do."""

import difflib
from collections.abc import Iterable


class NasplugError(Exception):
    """Base of all errors that end as one message, without a traceback. Exit code 1."""


class UsageError(NasplugError):
    """The request itself is wrong: a name, an option, a combination. Exit code 2."""


class DiscoveryError(UsageError):
    """A plugin is unknown, ambiguous or broken."""


class OptionError(UsageError):
    """A plugin's option has an unknown name or a value of the wrong type."""


class PluginError(NasplugError):
    """A plugin breaks the contract of the hooks: a misspelt or missing hook, a wrong answer."""


class InvalidArchitecture(UsageError, ValueError):
    """A code is no architecture of the space."""


class Unsupported(NasplugError):
    """A space was asked for something that it cannot do."""


class SpaceExhausted(Unsupported):
    """No further architecture can be found inside the bounds of a run. Raised in `suggest`, it ends the search."""


class ConfigurationError(NasplugError):
    """No evaluation of this run can succeed (data missing, no accelerator): the run ends, not only the trial."""


class MissingPackage(UsageError, ConfigurationError):
    """A package is not installed that a part of nasplug needs; the message says how to install it."""


class StorageError(NasplugError):
    """The database cannot be opened, read or written, or disagrees with the request."""


class NothingStored(StorageError):
    """There is no storage yet where one was named."""


class UnknownRun(StorageError):
    """No run of that name is stored."""


class NameTaken(StorageError):
    """A run of that name is stored already."""


def error_text(error: BaseException) -> str:
    """Returns an error as `ValueError: loss is NaN`, with `error_message` behind the colon."""
    message = error_message(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def error_message(error: BaseException) -> str:
    """Returns the text of an error; of a group also the errors in it, in brackets."""
    if isinstance(error, BaseExceptionGroup):
        return f"{error.message} [{'; '.join(map(error_text, error.exceptions))}]"
    try:
        return str(error)
    except Exception:  # of a foreign class, whose __str__ may raise anything
        return "its text cannot be read"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Returns ` Did you mean 'x'?` for the closest known name, else an empty string."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def first_line(error: str | None) -> str:
    """Returns the first line of a trial's stored error: what happened, without where; empty for None."""
    return (error or "").partition("\n")[0]
