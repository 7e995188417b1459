"""The command line: a module for each group of commands, imported when one of them is called."""

from nasplug.cli.group import cli as cli
from nasplug.cli.group import main as main
