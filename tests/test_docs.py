"""The docs describe the hooks and laws that there are: names, arguments, order, examples, pitfalls."""

import inspect
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from benchmarks.__main__ import names
from nasplug.cli.group import COMMANDS
from nasplug.hookspecs import HookSpecs
from nasplug.testing import MiddlewareConformance, SpaceConformance, StrategyConformance
from nasplug.testing.laws import PAGE

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
HOOKS = {name: method for name, method in vars(HookSpecs).items() if not name.startswith("_")}
SECTION = re.compile(r"^## `(\w+)`\n\n`(.+?)` · (first|all) · .+?$(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def sections():
    found = SECTION.findall((DOCS / "write" / "hooks.md").read_text())
    return {name: (signature, kind, text) for name, signature, kind, text in found}


def test_the_hooks_page_has_every_hook_in_the_order_of_a_run():
    assert list(sections()) == list(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_described_as_it_is(hook):
    signature, kind, text = sections()[hook]
    arguments = list(inspect.signature(HOOKS[hook]).parameters)[1:]
    assert signature == f"{hook}({', '.join(arguments)})"
    assert kind == ("first" if HOOKS[hook].nasplug_spec["firstresult"] else "all")
    assert f"def {hook}(self" in "".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    assert "**Pitfalls.** " in text


def test_the_picture_of_a_run_shows_every_hook():
    picture = (DOCS / "start" / "lifecycle.svg").read_text()
    concepts = (DOCS / "start" / "concepts.md").read_text()
    assert [hook for hook in HOOKS if hook not in picture or f"`{hook}`" not in concepts] == []


@pytest.mark.parametrize("base", [SpaceConformance, StrategyConformance, MiddlewareConformance])
def test_every_law_is_on_the_page_that_its_message_names(base):
    page = (DOCS.parent / PAGE).read_text()
    for law in base.laws():
        owner = next(kind for kind in base.__mro__ if law in vars(kind))
        assert f".. autoclass:: {owner.__module__}.{owner.__qualname__}\n   :members:" in page
        assert law not in page  # nor is it excluded by name


def test_every_law_says_what_is_expected_and_why():
    for base in (SpaceConformance, StrategyConformance, MiddlewareConformance):
        for law in base.laws():
            expected, _, why = inspect.getdoc(getattr(base, law)).partition("\n\n")
            assert expected.endswith(".")
            assert why.strip()


def test_the_results_have_a_line_for_every_benchmark():
    page = (DOCS / "reference" / "results.md").read_text()
    assert sorted(re.findall(r"^\| .+? \| `([a-z0-9-]+)` \| .+? \| .+? \|$", page, re.MULTILINE)) == list(names())


def test_the_command_reference_is_made_from_the_commands_themselves():
    page = (DOCS / "reference" / "cli.md").read_text()
    assert ".. click:: nasplug.cli:cli\n   :prog: nasplug\n   :nested: full" in page
    assert len(COMMANDS) > 10


def test_every_place_that_the_contributing_page_names_exists():
    page = (ROOT / "CONTRIBUTING.md").read_text()
    paths = [path for path in re.findall(r"`([\w./-]+/[\w./-]*)`", page) if "/my_" not in path]
    assert len(paths) > 30
    assert [path for path in paths if not (ROOT / path).exists()] == []
    names = re.findall(r"`(\w+)` (?:of `\w+` )?in `([\w./]+\.py)`", page)
    assert len(names) >= 4
    assert [(name, path) for name, path in names if name not in (ROOT / path).read_text()] == []


@pytest.fixture(scope="module")
def option_tables():
    """The Sphinx extension that writes tables of options."""
    spec = spec_from_file_location("option_tables", DOCS / "_extensions" / "option_tables.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_table_of_options_shows_name_type_default_and_help(option_tables):
    rows = {row[0]: row[1:] for row in option_tables.option_rows("space", "nasbench101")}
    assert rows["stacks"] == (
        "int",
        "3",
        "for evaluator=train: stacks of cells; each has twice the channels of the one before",
    )
    assert rows["evaluator"][:2] == ("auto|table|surrogate|train", "auto")
    assert rows["edge_probability"][:2] == ("float", "0.0714")
    assert rows["table"][:2] == ("path", "")
    assert dict(row[::2] for row in option_tables.option_rows("strategy", "random")) == {"distinct": "true"}


def test_a_table_of_options_has_a_row_for_each_option(option_tables):
    table = option_tables.table_of([("a", "int", "", "how `many`"), ("b", "bool", "true", "")])
    lines = [entry.astext() for entry in table.findall(option_tables.nodes.entry)]
    assert lines == ["option", "type", "default", "meaning", "a", "int", "", "how many", "b", "bool", "true", ""]
    assert [code.astext() for code in table.findall(option_tables.nodes.literal)] == [
        "a",
        "int",
        "many",
        "b",
        "bool",
        "true",
    ]


def test_the_reference_lists_the_options_of_the_plugins_of_this_project_alone(option_tables):
    assert option_tables.own_plugins("strategy") == ["neural_predictor", "random", "regularized_evolution"]
    page = (DOCS / "reference" / "options.md").read_text()
    assert re.findall(r"^```\{options\} (.+)$", page, re.MULTILINE) == ["space", "strategy", "middleware"]
