"""How long the example of a foreign space is: NAS-Bench-Graph, whole, in one module."""

from pathlib import Path
from typing import Any

NAME = "nasbenchgraph-lines"
BAR = 150
MODULE = Path(__file__).parent.parent / "examples" / "nasbenchgraph" / "nasplug_nasbenchgraph.py"


def run() -> dict[str, Any]:
    """Returns the number of lines of the module, blank ones and docstrings included."""
    lines = len(MODULE.read_text().splitlines())
    return {"figure": lines, "unit": "lines", "bar": f"≤ {BAR}", "holds": lines <= BAR}
