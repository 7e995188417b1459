"""Plotly's script for a page: the whole bundle, which starts only the kind of trace that a page draws."""

import re
from functools import cache

KIND = "scattergl"  # plain scatter is part of Plotly's core
REGISTERING = ".register(["  # the last one in the bundle names the modules of all kinds of trace
HANDED_ON = 200  # characters: a module as short as this only hands on what another one exports


@cache
def script() -> str:
    """Returns the script of the installed Plotly, when a page is made.

    A bundle's modules run when they are registered, and it registers all its kinds of trace, maps and 3-D ones too.
    That was half of the time that a page of 10,000 trials took to open.
    """
    from plotly.offline import get_plotlyjs

    return starting_only(KIND, get_plotlyjs())


def starting_only(kind: str, bundle: str) -> str:
    """Returns the bundle registering this kind of trace alone; as it is, where it does not have the expected shape."""
    before, registering, after = bundle.rpartition(REGISTERING)
    started, end, rest = after.partition("])")
    modules = started.split(",") if registering else []
    wanted = [module for module in modules if _defines(kind, module.removesuffix("()"), bundle)]
    return before + registering + wanted[0] + end + rest if len(wanted) == 1 else bundle


def _defines(kind: str, module: str, bundle: str) -> bool:
    """Returns whether a module, or the one that it hands on, exports the kind of trace."""
    start = bundle.find(f"var {module}=")
    text = bundle[start : bundle.find("});", start)]
    if len(text) > HANDED_ON:
        return f'name:"{kind}"' in text
    return any(_defines(kind, other, bundle) for other in re.findall(r"=([\w$]+)\(\)", text))
