"""Options: texts become the types of attrs fields, and every mistake is one sentence."""

from pathlib import Path
from typing import Any, Literal

import attrs
import numpy as np
import pytest

from nasplug import option
from nasplug.errors import OptionError, UsageError
from nasplug.loading import options


@attrs.define(eq=False)
class Plugin:
    width: float = option(1.0, "width multiplier", validator=attrs.validators.gt(0))
    layers: int | None = option(None, "how many")
    wide: bool = option(False, "or narrow")
    path: Path | None = option(None, "a file")
    kind: Literal["gcn", "mlp"] = option("gcn", "of predictor")
    sizes: tuple[int, ...] = option((), "several")
    names: list[str] = option([], "of several")
    places: tuple[Path, ...] = option((), "several files")
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
        ("names", "a,b", ["a", "b"]),
    ],
)
def test_texts_become_the_types_of_their_fields(name, text, value):
    assert getattr(options.make(Plugin, {name: text}, "plugin"), name) == value


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("~/x", "/home/me/x"),
        ("$DATA/x", "/data/x"),
        ("${DATA}x", "/datax"),
        ("$NOT_SET_ANYWHERE/x", "$NOT_SET_ANYWHERE/x"),
        ("a~/x", "a~/x"),
        (Path("~/x"), "/home/me/x"),
    ],
)
def test_home_and_variables_are_expanded_in_an_option_that_is_a_path(monkeypatch, text, path):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("DATA", "/data")
    assert options.make(Plugin, {"path": text}, "plugin").path == Path(path)
    assert options.make(Plugin, {"places": [text]}, "plugin").places == (Path(path),)


def test_a_text_that_is_no_path_stays_as_it_is(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert options.make(Plugin, {"names": "~/x,$HOME"}, "plugin").names == ["~/x", "$HOME"]


def test_an_option_may_decide_no_result():
    @attrs.define(eq=False)
    class Deciding(Plugin):
        threads: int = option(2, "how many at once", identity=False)
        plain: int = 3

    assert options.outside_identity(Deciding) == {"threads"}
    assert options.fields(Deciding)["threads"].metadata["help"] == "how many at once"
    assert options.outside_identity(dict) == set()


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
        ({"width": None}, "option width wants float, got None"),
        ({"width": [1]}, r"option width wants float, got \[1\]"),
        ({"layers": 1.5}, "option layers wants int, got 1.5"),
        ({"wide": 7}, "option wide wants bool, got 7"),
        ({"kind": None}, r"option kind wants gcn\|mlp, got None"),
        ({"names": [1]}, r"option names wants .*, got \[1\]"),
        ({"path": 3}, "option path wants path, got 3. 'nasplug show plugin'"),
    ],
)
def test_a_mistake_is_one_sentence(given, complaint):
    with pytest.raises(OptionError, match=complaint):
        options.make(Plugin, given, "plugin")


def test_values_from_python_become_the_types_of_their_fields():
    given = {"width": np.float32(0.5), "layers": np.int64(3), "sizes": [4], "path": "a", "wide": True, "kind": "mlp"}
    instance = options.make(Plugin, given, "plugin")
    assert (instance.width, instance.layers, instance.sizes, instance.path, instance.wide) == (
        0.5,
        3,
        (4,),
        Path("a"),
        True,
    )
    assert (type(instance.width), type(instance.layers)) == (float, int)
    assert options.make(Plugin, {"layers": None}, "plugin").layers is None


def test_pairs_are_parsed_and_mistakes_told():
    assert options.parse_options(["a=1", "b-c=x=y"]) == {"a": "1", "b_c": "x=y"}
    assert options.parse_options(["accelerator=tpu,tpu=grpc://10.0.0.2:8470,hidden=512,128"]) == {
        "accelerator": "tpu",
        "tpu": "grpc://10.0.0.2:8470",
        "hidden": "512,128",
    }
    with pytest.raises(UsageError, match="--space-opt wants name=value, got 'a'"):
        options.parse_options(["a"], "--space-opt")
    with pytest.raises(UsageError, match="'a_b' is given twice"):
        options.parse_options(["a-b=1", "a_b=2"])
    with pytest.raises(UsageError, match="'a' is given twice"):
        options.parse_options(["a=1,b=2,a=3"])


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("cache", ("cache", {})),
        ("cache:", ("cache", {})),
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
    assert options.type_name(tuple[int, ...] | None) == "int,…"
    assert options.type_name(list[Literal["a", "b"]]) == "a|b,…"
    assert options.type_name(dict[str, Any] | None) == "dict"
    assert options.type_name(int | str | None) == "int or str"
