"""The docs describe the hooks and laws that there are: names, arguments, order, examples, pitfalls."""

import inspect
import re
from pathlib import Path

import pytest

from benchmarks.__main__ import names
from nasplug.cli.group import COMMANDS
from nasplug.hookspecs import HookSpecs
from nasplug.testing import MiddlewareConformance, SpaceConformance, StrategyConformance
from nasplug.testing.laws import PAGE

DOCS = Path(__file__).resolve().parent.parent / "docs"
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
