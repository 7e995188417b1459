"""A network as a table: stem, searched blocks and head."""

from collections.abc import Sequence

import attrs

from nasplug_proxyless.operations import BLOCKS, HEAD_FILTERS, STEM_FILTERS, halved, labels, scaled


@attrs.frozen
class Row:
    """A part of the network: its filters, the pixels of its output's side, and its layers as a person reads them."""

    block: str
    filters: int
    pixels: int
    layers: str


def table(code: Sequence[int], width: float, resolution: int) -> list[Row]:
    """Returns the parts in the order of the network, stem first; layers are kernel and expansion, `–` for zero."""
    size = halved(resolution, 2)
    rows = [Row("stem", scaled(STEM_FILTERS, width), size, "3×3")]
    for number, ((filters, _, stride), layers) in enumerate(zip(BLOCKS, labels(code), strict=True), start=1):
        size = halved(size, stride)
        rows.append(Row(str(number), scaled(filters, width), size, " ".join(layers)))
    return [*rows, Row("head", scaled(HEAD_FILTERS, width), size, "1×1")]
