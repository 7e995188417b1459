"""Says in one sentence what to install, where the libraries of figures and tables are missing."""

from importlib.util import find_spec

from nasplug.errors import UsageError

LIBRARIES = ("pandas", "pyarrow", "matplotlib", "plotly", "scipy")


def need_analysis(libraries: tuple[str, ...] = LIBRARIES) -> None:
    """Raises `UsageError` unless all `libraries` are installed; called by a command before it begins."""
    missing = [name for name in libraries if find_spec(name) is None]
    if missing:
        raise UsageError(f"Figures and tables need {', '.join(missing)}: pip install 'nasplug[analysis]'.")
