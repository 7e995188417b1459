"""The notebook runs from its first cell to its last, and finds what it says."""

import json
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).resolve().parents[2] / "examples" / "inline_space.ipynb"


@pytest.mark.slow
def test_every_cell_runs(capsys):
    document = json.loads(NOTEBOOK.read_text())
    cells = ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]
    names = {"__name__": "notebook"}
    for number, cell in enumerate(cells):
        exec(compile(cell, f"cell {number}", "exec"), names)
    assert len(cells) >= 5
    assert names["broken"] == []
    assert names["evolved"].best.test > 75.0
    assert "regularized_evolution spirals:" in capsys.readouterr().out


def test_it_is_kept_without_outputs():
    document = json.loads(NOTEBOOK.read_text())
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    assert {str(cell.get("outputs", [])) for cell in document["cells"]} == {"[]"}
