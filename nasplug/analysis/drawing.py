"""What all figures share: size, colours, and files that are the same byte for byte whenever they are written."""

from pathlib import Path
from typing import TYPE_CHECKING

from nasplug.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")  # Okabe and Ito, 2008
FORMATS = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
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


def new_figure(width: float = 6.4, height: float = 4.0) -> "Figure":
    """Returns an empty figure of so many inches, which belongs to nobody but the caller."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        figure.subplots()
    return figure


def format_of(path: Path) -> str:
    """Returns the format that the file's name ends with. Raises `UsageError` for one that figures do not have."""
    kind = path.suffix.removeprefix(".").lower()
    if kind not in FORMATS:
        raise UsageError(f"{path}: a figure is written as {', '.join('.' + form for form in FORMATS)}.")
    return kind


def save(figure: "Figure", path: Path) -> None:
    """Writes the figure in the format that the file's name ends with; its texts are shown as they are, `$` too.

    Raises `UsageError` for another format, or where it cannot be written.
    """
    from matplotlib import rc_context
    from matplotlib.text import Text

    kind = format_of(path)
    for text in figure.findobj(Text):
        text.set_parse_math(False)  # the names of runs, options and devices are no formulas
    try:
        with rc_context(STYLE):
            figure.savefig(path, format=kind, metadata=FORMATS[kind])
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Name another file.") from error
