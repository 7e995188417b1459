"""What is not installed where a worker runs: what is copied there, and what is left behind and goes by value."""

import pickle
import subprocess
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import pytest

import nasplug
from nasplug.executors.by_value import sending
from nasplug.executors.messages import decode_answer, encode_request
from nasplug.executors.recipe import SpaceRecipe
from nasplug.executors.uninstalled import left_behind, runtime_env


def test_the_code_of_an_installed_space_stays_where_it_is():
    from nasplug.testing import Toy

    assert runtime_env(Toy) == {}


def test_a_local_package_travels_whole_and_a_local_module_with_its_neighbours(tmp_path, monkeypatch):
    (tmp_path / "lonely_space.py").write_text("class Space: ...")
    (tmp_path / "packed_space").mkdir()
    (tmp_path / "packed_space" / "__init__.py").write_text("class Space: ...")
    monkeypatch.syspath_prepend(tmp_path)
    import lonely_space
    import packed_space

    assert runtime_env(packed_space.Space) == {"py_modules": [str(tmp_path / "packed_space")]}
    assert runtime_env(lonely_space.Space) == {"working_dir": str(tmp_path), "excludes": ["*", "!.", "!*.py"]}
    for name in ("lonely_space", "packed_space"):
        del sys.modules[name]


def test_the_neighbours_of_a_script_travel_and_a_notebook_has_none(tmp_path, monkeypatch):
    script, notebook = ModuleType("__main__"), ModuleType("__main__")
    script.__file__ = str(tmp_path / "script.py")
    kind = type("Space", (), {"__module__": "__main__"})
    monkeypatch.setitem(sys.modules, "__main__", script)
    assert runtime_env(kind) == {"working_dir": str(tmp_path), "excludes": ["*", "!.", "!*.py"]}
    monkeypatch.setitem(sys.modules, "__main__", notebook)
    assert runtime_env(kind) == {}


def test_of_a_module_that_runs_as_a_program_the_package_travels(tmp_path, monkeypatch):
    package, program = ModuleType("packed"), ModuleType("__main__")
    package.__path__, package.__file__ = [str(tmp_path / "packed")], str(tmp_path / "packed" / "__init__.py")
    program.__spec__, program.__file__ = ModuleSpec("packed.program", None), str(tmp_path / "packed" / "program.py")
    monkeypatch.setitem(sys.modules, "packed", package)
    monkeypatch.setitem(sys.modules, "__main__", program)
    kind = type("Space", (), {"__module__": "__main__"})
    assert runtime_env(kind) == {"py_modules": [str(tmp_path / "packed")]}


BASE = """
import functools
from nasplug import Evaluation, hookimpl
from nasplug.testing import Toy

@functools.cache
def doubled(number):
    return 2 * number

class Base(Toy):
    @hookimpl
    def evaluate(self):
        return Evaluation(doubled(self.half), 1.0)

class Half:
    def __init__(self, value):
        self.value = value

    def __rmul__(self, number):
        return number * self.value
"""
SPACE = """
import base_of_mine
from nasplug.testing import Toy

class Space(base_of_mine.Base):
    half = 21.0

class Plain(Toy):
    half = 21.0
"""


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """A space, its base in another folder, and one that needs neither beside the space."""
    texts = {"bases/base_of_mine": BASE, "spaces/space_of_mine": SPACE, "spaces/lonely": "class Lonely: ..."}
    for name, text in texts.items():
        file = (tmp_path / name).with_suffix(".py")
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        monkeypatch.syspath_prepend(file.parent)
    yield [import_module(name.partition("/")[2]) for name in texts]
    for name in texts:
        del sys.modules[name.partition("/")[2]]


def behind(code, modules):
    return [module for module in modules if module in left_behind(code)]


def test_a_copied_module_that_uses_one_that_is_not_is_left_behind_with_it(modules):
    base, space, lonely = modules
    code = runtime_env(space.Space)
    assert behind(code, modules) == [base, space]
    assert behind({}, modules) == [base, space, lonely]


def test_a_copied_package_is_not_left_behind_and_its_folder_does_not_count_as_copied(modules, tmp_path, monkeypatch):
    package = tmp_path / "packed"
    package.mkdir()
    for name in ("__init__", "part"):
        (package / f"{name}.py").write_text("class Space: ...")
    monkeypatch.syspath_prepend(tmp_path)
    part, whole = import_module("packed.part"), import_module("packed")
    assert behind(runtime_env(part.Space), [part, whole]) == []
    assert behind({"working_dir": str(package)}, [part, whole]) == [part, whole]
    for name in ("packed", "packed.part"):
        del sys.modules[name]


def test_what_is_installed_is_not_left_behind(tmp_path, monkeypatch):
    (tmp_path / "shared_library.py").write_text("")
    (tmp_path / "library-1.0.dist-info").mkdir()  # as `pip install --target` leaves it
    monkeypatch.syspath_prepend(tmp_path)
    library = import_module("shared_library")
    names = {module.__name__ for module in left_behind({})}
    assert not names & {
        "shared_library",
        "nasplug",
        "nasplug.testing",
        "nasplug_strategies",
        "attr",
        "json",
        "__main__",
    }
    assert library.__name__ in sys.modules
    del sys.modules["shared_library"]


def test_what_a_program_has_put_among_the_modules_without_being_one_is_passed_over(modules, monkeypatch):
    monkeypatch.setitem(sys.modules, "odd", object())
    monkeypatch.setitem(sys.modules, "odd.part", ModuleType("odd.part"))
    sys.modules["odd.part"].__file__ = "odd/part.py"
    assert behind({}, modules) == modules


@pytest.mark.parametrize("code", [{"working_dir": "gcs://_ray_pkg_1.zip"}, {"py_modules": ["gcs://_ray_pkg_1.zip"]}])
def test_nothing_is_left_behind_by_a_program_that_has_uploaded_code(modules, code):
    assert left_behind(code) == []


def recipe(space, given):
    return SpaceRecipe.of(SimpleNamespace(space=space, space_given=given))


@pytest.mark.parametrize("given", [True, False])
def test_a_space_is_made_where_the_folders_of_its_class_and_its_base_are_missing(modules, given):
    _, space, _ = modules
    with sending(left_behind(runtime_env(space.Space))):
        sent = recipe(space.Space(), given)
    assert evaluated_elsewhere(sent).accuracy == 42.0


def test_the_value_of_an_attribute_goes_along_with_its_class(modules):
    base, space, _ = modules
    made = space.Space()
    made.half = base.Half(4.0)
    with sending(left_behind({})):
        assert evaluated_elsewhere(recipe(made, True)).accuracy == 8.0


ANSWER = """
import pickle, sys
from nasplug.executors.messages import answer
print(answer(*pickle.load(sys.stdin.buffer)))
"""


def evaluated_elsewhere(sent):
    """Returns what a process answers that finds installed packages alone."""
    arguments = {"architecture": nasplug.Architecture("toy", (0,)), "purpose": "final", "epochs": None, "seed": 0}
    task = pickle.dumps((sent, encode_request(**arguments, job=None)))
    done = subprocess.run([sys.executable, "-I", "-c", ANSWER], input=task, capture_output=True, check=True)
    return decode_answer(done.stdout)
