"""Distributions of strangers, in a folder on the path."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Installs a distribution that announces a plugin `name = value`, with a module of the given source."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(
        project: str, name: str, value: str, module: str = "", source: str = "", group: str = "nasplug.spaces"
    ) -> None:
        info = tmp_path / f"{project.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")
        if module:
            (tmp_path / f"{module}.py").write_text(source)
            monkeypatch.delitem(sys.modules, module, raising=False)

    return install
