"""What can go wrong with the dataset's files."""

from nasplug import ConfigurationError, NasplugError


class BadFile(NasplugError):
    """A file is not the dataset, or damaged; the message has the byte offset."""


class NoTable(ConfigurationError):
    """There is no imported table where it was looked for, or it is damaged."""


class NotInTable(NasplugError):
    """The table does not have this cell."""
