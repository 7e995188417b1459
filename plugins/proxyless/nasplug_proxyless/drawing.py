"""A picture of an architecture."""

from collections.abc import Sequence

from nasplug_proxyless.operations import LAYERS, ZERO, expansion, kernel, label

UNIT = 6  # pixels a kernel column and an expansion step
GAP, MARGIN = 6, 12
COLOURS = {3: "#7fb3d5", 5: "#f5b041", 7: "#cd6155"}


def draw_layers(code: Sequence[int]) -> str:
    """Returns an SVG: a box a layer, width by kernel, height by expansion; zero is a gap with a dashed line."""
    base = MARGIN + 6 * UNIT
    x, shapes = float(MARGIN), []
    for index, (layer, operation) in enumerate(zip(LAYERS, code, strict=True)):
        x += 2 * GAP if layer.first and index else GAP
        width = UNIT * (3 if operation == ZERO else kernel(operation))
        shapes.append(_box(x, base, width, layer_height(index, operation), operation, index))
        x += width
    size = f'width="{x + MARGIN:.0f}" height="{base + MARGIN}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(shapes)}</svg>'


def layer_height(index: int, operation: int) -> int:
    """Returns the height in pixels of the box of layer `index`: its expansion; 0 for zero."""
    return 0 if operation == ZERO else UNIT * expansion(LAYERS[index], operation)


def _box(x: float, base: int, width: int, height: int, operation: int, index: int) -> str:
    name = f"<title>layer {index}: {label(LAYERS[index], operation)}</title>"
    if operation == ZERO:
        return f'<path d="M{x:.0f} {base}h{width}" stroke="#999" stroke-dasharray="2">{name}</path>'
    fill = COLOURS[kernel(operation)]
    return f'<rect x="{x:.0f}" y="{base - height}" width="{width}" height="{height}" fill="{fill}">{name}</rect>'
