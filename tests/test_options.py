"""Options: texts become the types of attrs fields, and every mistake is one sentence."""

from pathlib import Path
from typing import Literal

import attrs
import pytest

from nasplug import option, options
from nasplug.errors import OptionError, UsageError


@attrs.define(eq=False)
class Plugin:
    width: float = option(1.0, "width multiplier", validator=attrs.validators.gt(0))
    layers: int | None = option(None, "how many")
    wide: bool = option(False, "or narrow")
    path: Path | None = option(None, "a file")
    kind: Literal["gcn", "mlp"] = option("gcn", "of predictor")
    sizes: tuple[int, ...] = option((), "several")
    _private: "NotImportedAtRunTime | None" = attrs.field(default=None, init=False)  # noqa: F821
    _state: int = attrs.field(default=0, init=False)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("width", "0.25", 0.25),
        ("layers", "3", 3),
        ("layers", "none", None),
        ("wide", "yes", True),
        ("wide", "False", False),
        ("path", "a/b", Path("a/b")),
        ("kind", "mlp", "mlp"),
        ("sizes", "1,2,3", (1, 2, 3)),
    ],
)
def test_texts_become_the_types_of_their_fields(name, text, value):
    assert getattr(options.make(Plugin, {name: text}, "plugin"), name) == value


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"width": "abc"}, "option width wants float, got 'abc'"),
        ({"width": "-1"}, "'width' must be > 0"),
        ({"layers": "1.5"}, "option layers wants int, got '1.5'"),
        ({"wide": "perhaps"}, "option wide wants bool"),
        ({"kind": "cnn"}, r"option kind wants gcn\|mlp, got 'cnn'"),
        ({"widht": "1"}, "no option 'widht'. Did you mean 'width'\\?"),
        ({"_state": "1"}, "no option '_state'"),
        ({"state": "1"}, "no option 'state'"),
    ],
)
def test_a_mistake_is_one_sentence(given, complaint):
    with pytest.raises(OptionError, match=complaint):
        options.make(Plugin, given, "plugin")


def test_values_from_python_are_taken_as_they_are():
    assert options.make(Plugin, {"width": 0.5, "sizes": (4,)}, "plugin").sizes == (4,)


def test_pairs_are_parsed_and_mistakes_told():
    assert options.parse(["a=1", "b-c=x=y"]) == {"a": "1", "b_c": "x=y"}
    with pytest.raises(UsageError, match="wanted name=value, got 'a'"):
        options.parse(["a"])
    with pytest.raises(UsageError, match="'a' is given twice"):
        options.parse(["a=1", "a=2"])


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("cache", ("cache", {})),
        ("log:path=x.jsonl", ("log", {"path": "x.jsonl"})),
        ("budget:max_cost=5,target=90", ("budget", {"max_cost": "5", "target": "90"})),
        ("x:sizes=1,2,n=3", ("x", {"sizes": "1,2", "n": "3"})),
        ("ray:address=auto:6379", ("ray", {"address": "auto:6379"})),
        ("package.module:Class", ("package.module:Class", {})),
        ("package.module:Class:a=1", ("package.module:Class", {"a": "1"})),
    ],
)
def test_middleware_is_named_with_its_options(text, parsed):
    assert options.parse_plugin(text) == parsed


def test_types_read_like_a_person_writes_them():
    assert options.type_name(float | None) == "float"
    assert options.type_name(Literal["a", "b"]) == "a|b"
    assert options.type_name(Path) == "path"
