"""Draws a cell as an SVG document."""

from xml.sax.saxutils import escape

from nasplug_nasbench101.cell import Cell, kept_vertices

_COLOURS = {
    "input": "#dfe7ef",
    "conv3x3-bn-relu": "#f6c28b",
    "conv1x1-bn-relu": "#f3e3a2",
    "maxpool3x3": "#b6d7b0",
    "output": "#dfe7ef",
}
_STEP, _WIDTH, _HEIGHT, _TOP, _CENTRE = 64, 116, 30, 24, 150
_FADED = ' opacity="0.25"'
_HEAD = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0,0L8,4L0,8z" fill="#445"/></marker></defs>'
)


def draw(cell: Cell, title: str) -> str:
    """Returns an SVG document: vertices from top to bottom, edges as arrows, what pruning removes faded."""
    n, kept = len(cell.matrix), set(kept_vertices(cell.matrix))
    edges = [(u, v) for u in range(n) for v in range(u + 1, n) if cell.matrix[u][v]]
    arrows = [_arrow(u, v, "" if {u, v} <= kept else _FADED) for u, v in edges]
    vertices = [_vertex(v, name, "" if v in kept else _FADED) for v, name in enumerate(cell.names)]
    width, height = 2 * _CENTRE, 2 * _TOP + _STEP * (n - 1) + _HEIGHT
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    start = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
    return "\n".join([start, f"<title>{escape(title)}</title>", _HEAD, *arrows, *vertices, "</svg>"])


def _arrow(u: int, v: int, opacity: str) -> str:
    """Returns an arrow: straight to the next vertex, to others around those in between, left or right in turn."""
    start, end = _TOP + u * _STEP + _HEIGHT, _TOP + v * _STEP
    side = 0 if v == u + 1 else (1 if (u + v) % 2 else -1)
    bend = side * (_WIDTH / 2 + 18 * (v - u))
    x, turn = _CENTRE + side * _WIDTH / 3, _CENTRE + bend
    path = f"M{x:g},{start} C{turn:g},{start + 20} {turn:g},{end - 20} {x:g},{end}"
    return f'<path class="edge" d="{path}" fill="none" stroke="#445" marker-end="url(#head)"{opacity}/>'


def _vertex(v: int, name: str, opacity: str) -> str:
    top = _TOP + v * _STEP
    return (
        f'<g class="vertex"{opacity}>'
        f'<rect x="{_CENTRE - _WIDTH // 2}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'rx="6" fill="{_COLOURS[name]}" stroke="#445"/>'
        f'<text x="{_CENTRE}" y="{top + 19}" text-anchor="middle">{escape(name)}</text></g>'
    )
