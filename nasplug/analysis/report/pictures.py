"""The pictures of a page: compressed in blocks, of which a browser opens the one that it needs."""

import base64
import gzip
import json
from collections.abc import Callable, Sequence
from typing import Any

from nasplug.types import Architecture

BLOCK = 250  # pictures: small enough to open in a moment, many enough to resemble each other


def packed(
    architectures: Sequence[Architecture],
    picture: Callable[[Architecture], str | None],
    describe: Callable[[Architecture], str],
) -> dict[str, Any]:
    """Returns `{"block", "data"}`: of each run of `block` architectures [SVG or null, description], gzip in base64."""
    blocks = []
    for start in range(0, len(architectures), BLOCK):
        part = [[picture(a), describe(a)] for a in architectures[start : start + BLOCK]]
        text = json.dumps(part, ensure_ascii=False, separators=(",", ":"))
        blocks.append(base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode())
    return {"block": BLOCK, "data": blocks}
