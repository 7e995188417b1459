"""How long the documentation takes to build anew, with every warning an error."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

NAME = "docs-build"
BAR = 90.0
DOCS = Path(__file__).parent.parent / "docs"


def run() -> dict[str, Any]:
    """Returns the wall time of a build from nothing."""
    with tempfile.TemporaryDirectory() as out:
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", str(DOCS), out])
        took = time.perf_counter() - started
        pages = len(list(Path(out).rglob("*.html")))
    holds = took <= BAR and done.returncode == 0
    return {"figure": took, "unit": "s", "bar": f"≤ {BAR:g} s", "holds": holds, "pages": pages}
