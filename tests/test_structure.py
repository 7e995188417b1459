"""The house stands as it was drawn: imports point one way, nothing heavy at module level, everything explained."""

import ast
import inspect
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sources import EVERYTHING, SOURCES, modules

import nasplug
from nasplug import plugin, testing, training
from nasplug.hookspecs import HookSpecs

HEAVY = {"torch", "torch_geometric", "tensorflow", "pandas", "matplotlib", "plotly", "ray", "scipy", "sklearn"}
FLOORS = [  # an import may point to its own floor and to those above it in this list
    ("types", "errors"),
    ("hookspecs",),
    ("loading",),
    ("storage",),
    ("engine",),
    ("executors", "middleware", "training"),
    ("analysis", "testing", "tools"),
    ("experiments",),
    ("cli",),
    ("plugin", "__init__"),  # what others import: names of all floors
]
APART = {"executors", "middleware", "training", "analysis", "testing", "tools"}  # do not import their neighbours


def imports(path, nested=True):
    """Yields the dotted names that a file imports, for type checking too; without `nested` at module level alone."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree) if nested else tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_modules(path):
    """Yields the modules of this repository that a file imports: the longest part of each name that is one."""
    for name in imports(path):
        while name and name not in EVERYTHING:
            name = name.rpartition(".")[0]
        if name:
            yield name


def floor(module):
    own_part = [*module.split("."), "__init__"][1]
    return next(number for number, names in enumerate(FLOORS) if own_part in names), own_part


@pytest.mark.parametrize("module", modules("nasplug"))
def test_arrows_of_the_core_point_one_way(module):
    own_floor, own_part = floor(module)
    wrong = []
    for target in imported_modules(EVERYTHING[module]):
        target_floor, target_part = floor(target)
        if target_floor > own_floor or (target_floor == own_floor and own_part != target_part and own_part in APART):
            wrong.append(target)
    assert wrong == []


@pytest.mark.parametrize("module", EVERYTHING)
def test_imports_are_absolute(module):
    nodes = ast.walk(ast.parse(EVERYTHING[module].read_text()))
    assert [ast.unparse(node) for node in nodes if isinstance(node, ast.ImportFrom) and node.level] == []


@pytest.mark.parametrize("package", SOURCES)
def test_no_modules_import_each_other_in_a_circle(package):
    arrows = {name: set(imported_modules(path)) - {name} for name, path in modules(package).items()}
    while leaves := {name for name, targets in arrows.items() if not targets & arrows.keys()}:
        arrows = {name: targets for name, targets in arrows.items() if name not in leaves}
    assert arrows == {}


def test_the_root_of_the_core_is_the_contract_alone():
    assert sorted(path.stem for path in SOURCES["nasplug"].glob("*.py")) == [
        "__init__", "errors", "hookspecs", "plugin", "types",
    ]  # fmt: skip


@pytest.mark.parametrize("module", modules("nasplug"))
def test_the_core_never_imports_a_plugin(module):
    assert [name for name in imports(EVERYTHING[module]) if name.startswith("nasplug_")] == []


PUBLIC = {facade.__name__: set(facade.__all__) for facade in (nasplug, plugin, training, testing)}


@pytest.mark.parametrize(
    "module", [name for name in EVERYTHING if not name.startswith("nasplug.") and name != "nasplug"]
)
def test_plugins_import_what_is_public_and_never_each_other(module):
    distribution = module.partition(".")[0]
    wrong = []
    for name in imports(EVERYTHING[module]):
        owner, _, attribute = name.rpartition(".")
        public = name in PUBLIC or attribute in PUBLIC.get(owner, ())
        if name.startswith("nasplug") and name.partition(".")[0] != distribution and not public:
            wrong.append(name)
    assert wrong == []


PROJECTS = {
    package: tomllib.loads((root.parent / "pyproject.toml").read_text())["project"] for package, root in SOURCES.items()
}


def private_libraries(source):
    """Returns the packages whose private names a source uses: of what it imports, or of what it makes from that."""
    tree = ast.parse(source)
    libraries = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            libraries |= {(alias.asname or alias.name).partition(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            libraries |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and root_name(node.value) in libraries:
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            libraries |= dict.fromkeys(names, libraries[root_name(node.value)])
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and is_private(node.attr)]
    private = [libraries[root_name(node)] for node in attributes if root_name(node) in libraries]
    private += [name for name in libraries.values() if is_private(name.rpartition(".")[2])]
    packages = {name.partition(".")[0] for name in private}
    return {name for name in packages if not name.startswith("nasplug")} - sys.stdlib_module_names


def is_private(name):
    return name.startswith("_") and not name.startswith("__")


def root_name(node):
    """Returns the name at the root of `name.attribute(…).attribute`, None where there is none."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def upper_bounds(package):
    """Returns library → whether its version is bounded above in the metadata of our distribution `package`."""
    project = PROJECTS[package]
    extras = project.get("optional-dependencies", {}).values()
    requirements = [Requirement(text) for text in chain(project["dependencies"], *extras)]
    return {
        canonicalize_name(requirement.name): any(
            part.operator in ("<", "<=", "==", "~=") for part in requirement.specifier
        )
        for requirement in requirements
    }


@pytest.mark.parametrize("module", EVERYTHING)
def test_a_library_whose_private_names_are_used_is_bounded_above(module):
    bounds = upper_bounds(module.partition(".")[0])
    names, owners_of = private_libraries(EVERYTHING[module].read_text()), packages_distributions()
    if not set(names) <= owners_of.keys():
        pytest.skip(f"not installed: {', '.join(sorted(set(names) - owners_of.keys()))}")
    libraries = {name: owners_of[name] for name in names}
    unbounded = [
        name for name, owners in libraries.items() if not any(bounds.get(canonicalize_name(o)) for o in owners)
    ]
    assert unbounded == []


def test_private_names_are_recognized():
    used = {module: private_libraries(path.read_text()) for module, path in EVERYTHING.items()}
    assert used["nasplug_proxyless.space"] == used["nasplug_nasbench101.graph"] == {"torch_geometric"}
    assert private_libraries("import a.b\na.b._c()") == private_libraries("from a import _b") == {"a"}
    assert private_libraries("from a import B as C\nx = C.make(1)\nx._y = 1") == {"a"}
    assert private_libraries("import os\nimport a\nos._exit(1)\na.b.__c__\nself._d") == set()


@pytest.mark.parametrize(
    ("package", "library"),
    [
        ("nasplug", "pluggy"),  # the text of an error of it is read
        ("nasplug", "pebble"),  # its pools free locks too early
        ("nasplug", "cloudpickle"),  # its pickler is given more to send by value
    ],
)
def test_a_library_whose_behaviour_is_relied_on_is_bounded_above(package, library):
    assert upper_bounds(package)[library]


LIGHT = [name for name in modules("nasplug") if not name.startswith(("nasplug.training", "nasplug.analysis"))]


@pytest.mark.parametrize("module", LIGHT)
def test_nothing_heavy_is_imported_at_module_level_of_the_core(module):
    names = imports(EVERYTHING[module], nested=False)
    assert [name for name in names if name.partition(".")[0] in HEAVY] == []


@pytest.mark.parametrize("module", EVERYTHING)
def test_files_and_functions_stay_small(module):
    path = EVERYTHING[module]
    functions = [
        n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    sizes = {
        node.name: (node.end_lineno or 0) - node.lineno + 1 - len((ast.get_docstring(node) or "").splitlines())
        for node in functions
    }
    most = {"nasplug.hookspecs": 360, "nasplug.types": 320}.get(module, 300)  # pages that authors read as a whole
    assert path.read_text().count("\n") <= most
    assert {name: size for name, size in sizes.items() if size > 50} == {}


def public_functions(body):
    """Yields the functions and methods whose name has no leading underscore, those of public classes included."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body)


@pytest.mark.parametrize("module", EVERYTHING)
def test_every_module_class_and_public_function_says_what_it_is(module):
    tree = ast.parse(EVERYTHING[module].read_text())
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    silent = [node.name for node in [*classes, *public_functions(tree.body)] if not ast.get_docstring(node)]
    assert ast.get_docstring(tree)
    assert silent == []


KINDS = (plugin.Plugin, plugin.Space, plugin.Strategy, plugin.Middleware, plugin.Executor, plugin.Device)
HOOKS = [name for name in vars(HookSpecs) if not name.startswith("_")]


@pytest.mark.parametrize("hook", HOOKS)
def test_the_types_of_plugins_have_the_signatures_of_the_hooks(hook):
    if hook == "evaluate":  # a property, so that a space may take some of its arguments alone
        pytest.skip("its implementations take whichever arguments they need; mypy checks what they return")
    specified = inspect.signature(getattr(HookSpecs, hook))
    declared = [inspect.signature(vars(kind)[hook]) for kind in KINDS if hook in vars(kind)]
    assert declared
    assert [signature for signature in declared if signature != specified] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_types_of_plugins_have_no_other_methods_than_hooks(kind):
    own = [name for name, value in vars(kind).items() if inspect.isfunction(value) and not name.startswith("_")]
    assert set(own) - set(HOOKS) <= {"attach"}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_says_who_is_called_and_explains_each_argument(hook):
    spec = getattr(HookSpecs, hook)
    text = inspect.getdoc(spec)
    ending = (
        "The first answer that is not None counts." if spec.nasplug_spec["firstresult"] else "All plugins are called."
    )
    assert text.endswith(ending)
    assert [
        name for name in inspect.signature(spec).parameters if name != "self" and f":param {name}:" not in text
    ] == []


def test_paths_named_here_exist():
    assert all(Path(root).is_dir() for root in SOURCES.values())
