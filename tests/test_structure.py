"""The house stands as it was drawn: imports point one way, nothing heavy at module level, everything explained."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = sorted(path for path in (ROOT / "nasplug").rglob("*.py"))
PLUGINS = sorted((ROOT / "plugins").glob("*/nasplug_*/**/*.py"))
ORDER = ["types", "errors", "hookspecs", "options", "discovery", "manager", "run", "loop", "choice", "search", "cli"]
HEAVY = {"torch", "torch_geometric", "tensorflow", "pandas", "matplotlib", "plotly", "ray", "scipy", "sklearn"}


def imports(path, nested=True):
    """Yields the modules that a file imports; without `nested` those at module level alone."""
    tree = ast.parse(path.read_text())
    guarded = {
        id(n)
        for b in tree.body
        if isinstance(b, ast.If) and "TYPE_CHECKING" in ast.unparse(b.test)
        for n in ast.walk(b)
    }
    for node in ast.walk(tree) if nested else tree.body:
        if id(node) in guarded:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_core_never_imports_a_plugin():
    wrong = [(str(path), name) for path in CORE for name in imports(path) if name.startswith("nasplug_")]
    assert wrong == []


def test_plugins_never_import_each_other():
    wrong = [
        (str(path), name)
        for path in PLUGINS
        for name in imports(path)
        if name.startswith("nasplug_") and name.partition(".")[0] not in path.parts
    ]
    assert wrong == []


@pytest.mark.parametrize("module", ORDER)
def test_arrows_of_the_core_point_one_way(module):
    later = {f"nasplug.{name}" for name in ORDER[ORDER.index(module) + 1 :]}
    files = [ROOT / "nasplug" / f"{module}.py"] if module != "cli" else sorted((ROOT / "nasplug/cli").glob("*.py"))
    wrong = [
        (path.name, name) for path in files for name in imports(path) if any(name.startswith(late) for late in later)
    ]
    assert wrong == []


def test_storage_reads_types_and_errors_only():
    files = [ROOT / "nasplug" / f"{name}.py" for name in ("storage", "database", "lock", "schema")]
    ours = {name.split(".")[1] for path in files for name in imports(path) if name.startswith("nasplug.")}
    assert ours - {"database", "lock", "schema"} == {"types", "errors"}


def test_nothing_heavy_is_imported_at_module_level_of_the_core():
    light = [path for path in CORE if "training" not in path.parts and "analysis" not in path.parts]
    wrong = [(str(p), name) for p in light for name in imports(p, nested=False) if name.partition(".")[0] in HEAVY]
    assert wrong == []


def test_files_and_functions_stay_small():
    long_files = [(str(p), n) for p in CORE + PLUGINS if (n := p.read_text().count("\n")) > 300]
    long_functions = [
        (str(path), node.name, size)
        for path in CORE + PLUGINS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := (node.end_lineno or 0) - node.lineno + 1 - len((ast.get_docstring(node) or "").splitlines())) > 50
    ]
    assert (long_files, long_functions) == ([], [])


def test_every_file_class_and_public_function_says_what_it_is():
    silent = []
    for path in CORE + PLUGINS:
        tree = ast.parse(path.read_text())
        if path.read_text().strip() and not ast.get_docstring(tree):
            silent.append(str(path))
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        silent += [f"{path}: class {node.name}" for node in classes if not ast.get_docstring(node)]
    assert silent == []
