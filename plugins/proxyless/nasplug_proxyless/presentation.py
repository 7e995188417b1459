"""An architecture as people see it: labels of its layers, a table of its blocks, a picture."""

from collections.abc import Sequence

import attrs

from nasplug_proxyless.operations import (
    HEAD_FILTERS,
    LAYERS,
    ZERO,
    Layer,
    by_block,
    expansion,
    kernel,
    positions,
    scaled,
)

UNIT = 6  # pixels of the picture for each kernel column and each expansion step
GAP, MARGIN = 6, 12  # pixels
COLOURS = {3: "#7fb3d5", 5: "#f5b041", 7: "#cd6155"}  # by kernel


@attrs.frozen
class Row:
    """A part of the network: its filters, the pixels of its output's side, and the labels of its layers."""

    block: str
    filters: int
    pixels: int
    layers: str


def label(layer: Layer, operation: int) -> str:
    """Returns kernel and expansion, as in `3×3-6`, or `–` for zero."""
    k = kernel(operation)
    return "–" if operation == ZERO else f"{k}×{k}-{expansion(layer, operation)}"


def labels(code: Sequence[int]) -> list[list[str]]:
    """Returns the labels of the layers, block by block."""
    return [[label(layer, operation) for layer, operation in layers] for layers in by_block(code)]


def table(code: Sequence[int], width: float, resolution: int) -> list[Row]:
    """Returns stem, blocks and head of a network of this width, for images of `resolution` pixels."""
    layers = positions(width, resolution)
    last_layers = {position.layer.block: position for position in layers}
    rows = [Row("stem", layers[0].inputs, layers[0].size, "3×3")]
    for (block, last), texts in zip(last_layers.items(), labels(code), strict=True):
        rows.append(Row(str(block), last.outputs, last.output_size, " ".join(texts)))
    return [*rows, Row("head", scaled(HEAD_FILTERS, width), last.output_size, "1×1")]


def draw_layers(code: Sequence[int]) -> str:
    """Returns an SVG: a box a layer, width by kernel, height by expansion; zero is a gap with a dashed line."""
    base = MARGIN + 6 * UNIT
    x, shapes = float(MARGIN), []
    for index, (layer, operation) in enumerate(zip(LAYERS, code, strict=True)):
        x += 2 * GAP if layer.first and index else GAP
        width = UNIT * (3 if operation == ZERO else kernel(operation))
        shapes.append(_shape(x, base, width, operation, index))
        x += width
    size = f'width="{x + MARGIN:.0f}" height="{base + MARGIN}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(shapes)}</svg>'


def _shape(x: float, base: int, width: int, operation: int, index: int) -> str:
    """Returns the SVG element of layer `index`, which stands on the line `base`."""
    name = f"<title>layer {index}: {label(LAYERS[index], operation)}</title>"
    if operation == ZERO:
        return f'<path d="M{x:.0f} {base}h{width}" stroke="#999" stroke-dasharray="2">{name}</path>'
    height, fill = UNIT * expansion(LAYERS[index], operation), COLOURS[kernel(operation)]
    return f'<rect x="{x:.0f}" y="{base - height}" width="{width}" height="{height}" fill="{fill}">{name}</rect>'
