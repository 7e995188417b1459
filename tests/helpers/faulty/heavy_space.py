"""A space whose import costs seconds."""

import scipy  # noqa: F401

from nasplug.testing import Toy


class Heavy(Toy):
    breaks = "test_import_is_light"
