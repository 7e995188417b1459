"""What figures, tables and reports share: the libraries they need, colours, and reproducible files."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasplug.errors import UsageError
from nasplug.loading.packages import require_packages

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LIBRARIES = ("pandas", "pyarrow", "matplotlib", "plotly", "scipy")
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")  # Okabe and Ito, 2008
FORMATS = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}  # files without the time
STYLE = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 9.0,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "savefig.dpi": 200,
    "svg.fonttype": "none",
    "svg.hashsalt": "nasplug",
}


def require_libraries(libraries: Sequence[str] = LIBRARIES) -> None:
    """Raises `MissingPackage`, with the command that installs them, unless all `libraries` are installed."""
    require_packages(libraries, "Figures and tables", "'nasplug[analysis]'")


def to_json_values(value: Any) -> Any:
    """Returns a document with what JSON cannot hold replaced: NaN and infinity by None, tuples by lists."""
    if isinstance(value, Mapping):
        return {str(key): to_json_values(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_values(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class _Lines(io.StringIO):
    """Ends each line of a csv writer as Unix does. Told to do that itself, csv would leave a \\r in a cell unquoted."""

    def write(self, line: str) -> int:
        """Writes one whole line."""
        return super().write(line.removesuffix("\r\n") + "\n")


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Returns rows as CSV; the columns are the keys of all rows in the order in which they first appear."""
    text = _Lines(newline="")
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def new_figure() -> "tuple[Figure, Axes]":
    """Returns an empty figure and its axes; pyplot does not know of it."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.0), layout="constrained")  # inches
        return figure, figure.subplots()


def figure_format(path: Path) -> str:
    """Returns the format that a file's name ends with. Raises `UsageError` for one that figures do not have."""
    suffix = path.suffix.removeprefix(".").lower()
    if suffix not in FORMATS:
        raise UsageError(f"{path}: a figure is written as {', '.join('.' + name for name in FORMATS)}.")
    return suffix


def save_figure(figure: "Figure", path: Path) -> None:
    """Writes a figure in the format that the file's name ends with. The same figure gives the same bytes.

    Raises `UsageError` for another format, or where the file cannot be written.
    """
    from matplotlib import rc_context
    from matplotlib.text import Text

    suffix = figure_format(path)
    for text in figure.findobj(Text):
        text.set_parse_math(False)  # a `$` in the name of a run, an option or a device starts no formula
    try:
        with rc_context(STYLE):
            figure.savefig(path, format=suffix, metadata=FORMATS[suffix])
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Name another file.") from error
