"""A toy whose errors are made to steer a terminal or a page."""

import attrs
import toy

from nasplug import hookimpl


@attrs.define(eq=False)
class Hostile(toy.ToySpace):
    """Every evaluation fails with escapes, direction marks, markup and HTML."""

    @hookimpl
    def evaluate(self):
        raise RuntimeError("\x1b[2J\x1b]0;owned\x07\u202egnp.exe\x9b31m<script>alert(1)</script>[bold]x[/bold]")
