"""Plotly's script for a report: the whole bundle, in which only the kind of trace that a report draws is started."""

import re
from functools import cache

KIND = "scattergl"  # plain scatter is part of Plotly's core
REGISTER = ".register(["  # its last call in the bundle lists the modules of all kinds of trace
FORWARDING = 200  # characters: a shorter module only forwards what another one exports


@cache
def script() -> str:
    """Returns the script of the installed Plotly, registering `KIND` alone.

    A module of the bundle runs when it is registered. With all kinds of trace registered, maps and 3-D ones too, a page
    of 10,000 trials takes twice as long to open.
    """
    from plotly.offline import get_plotlyjs

    return starting_only(KIND, get_plotlyjs())


def starting_only(kind: str, bundle: str) -> str:
    """Returns a minified `plotly.js` with one kind of trace registered; unchanged where its shape is unexpected."""
    before, register, after = bundle.rpartition(REGISTER)
    modules_text, end, rest = after.partition("])")
    modules = modules_text.split(",") if register else []
    drawing = [module for module in modules if _defines(kind, module.removesuffix("()"), bundle)]
    return before + register + drawing[0] + end + rest if len(drawing) == 1 else bundle


def _defines(kind: str, module: str, bundle: str) -> bool:
    """Returns whether a module of the bundle, or one whose exports it forwards, defines the kind of trace."""
    start = bundle.find(f"var {module}=")
    text = bundle[start : bundle.find("});", start)]
    if len(text) > FORWARDING:
        return f'name:"{kind}"' in text
    return any(_defines(kind, other, bundle) for other in re.findall(r"=([\w$]+)\(\)", text))
