"""`nasplug nasbench101 …`."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from nasplug_nasbench101.commands import nasbench101
from nasplug_nasbench101.enumeration import CELLS
from nasplug_nasbench101.lookup import lookup, row_of_code
from nasplug_nasbench101.surrogate import load_surrogate
from nasplug_nasbench101.table.table import Table

from nasplug.errors import ConfigurationError, NasplugError, UsageError

RESNET_LIKE = (1, 0, 0, 0, 0, 1) + (1, 0, 0, 0, 0) + (0, 0, 0, 1) + (0,) * 6 + (0, 0, 0, 0, 0)


def call(*arguments: str) -> str:
    return CliRunner().invoke(nasbench101, arguments, catch_exceptions=False, standalone_mode=False).stdout


def test_import_info_and_query(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "The dataset was not imported" in call("info")
    imported = json.loads(call("import", str(file), "--json"))
    assert imported["cells"] == 40
    assert json.loads(call("info", "--json")) == imported
    assert f"Made from small.tfrecord, {imported['records']} records, SHA-256" in call("info")
    table = Table.open(Path(imported["table"]))
    code = ",".join(map(str, table.codes[5].tolist()))
    by_code = json.loads(call("query", code, "--json"))
    assert by_code == json.loads(call("query", table.hash_at(5).upper(), "--json"))
    assert by_code["trainings"]["108"][1]["final"]["test_accuracy"] == table.training(5, 108, 1).test_accuracy
    assert by_code["trainings"]["4"][2]["halfway"]["training_time"] == table.training(5, 4, 2, 0).training_time
    assert by_code["rank"]["108"] == {"validation": table.rank(5, 108, 2), "test": table.rank(5, 108, 3)}
    shown = call("query", code)
    assert table.hash_at(5) in shown
    assert f"108 epochs: rank {table.rank(5, 108, 2):,} by mean validation" in shown


def test_a_table_elsewhere_is_named(table: Table, without_table: None) -> None:
    info = json.loads(call("info", "--table", str(table.path), "--json"))
    assert (info["source"], info["table"]) == ("table", str(table.path))


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (["import"], click.UsageError, "Missing parameter: file"),
        (["import", "nothing"], NasplugError, "^nothing is no file. Expected nasbench_only108.tfrecord or "),
        (["import", "."], NasplugError, "^. is no file."),
        (["import", "{file}", "--out", "{file}"], NasplugError, "exists and is no table: name a folder"),
        (["info", "--table", "nowhere"], ConfigurationError, "^nowhere is no imported NASBench-101 table: it needs a"),
        (["query", "zzz"], UsageError, "^'zzz' is neither a module hash .32 hexadecimal digits. nor a code"),
        (["query", "proxyless:0,1"], UsageError, "an architecture of the space 'proxyless'"),
        (["query", "0,1"], UsageError, "^A nasbench101 code is 21 edge bits"),
        (["query", ",".join("0" * 26)], UsageError, "a path must lead from input to output"),
    ],
)
def test_a_mistake_is_one_error(
    file: Path, without_table: None, arguments: list[str], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        call(*[argument.format(file=file) for argument in arguments])


def test_a_mistake_is_one_message_on_the_command_line(
    nasplug: Callable[..., subprocess.CompletedProcess[str]], without_table: None
) -> None:
    process = nasplug("nasbench101", "query", "zzz")
    assert (process.returncode, process.stdout) == (2, "")
    assert "Traceback" not in process.stderr
    assert process.stderr.count("Error: ") == 1


def test_without_the_dataset_query_shows_what_is_predicted(without_table: None) -> None:
    code = ",".join(map(str, RESNET_LIKE))
    assert "Predicted by the embedded surrogate, not measured" in call("query", code)
    document = json.loads(call("query", code, "--json"))
    row = row_of_code(RESNET_LIKE)
    predicted = document["predicted"]["108"]
    assert document["source"] == "surrogate"
    assert predicted["validation_accuracy"] == pytest.approx(load_surrogate().predicted(row, 108) / 100)
    assert predicted["training_time"] == load_surrogate().seconds(row, 108)
    assert 1 <= predicted["rank"] <= CELLS


@pytest.mark.slow
def test_without_the_dataset_query_finds_a_hash(without_table: None) -> None:
    document = json.loads(call("query", "043721b9c7fe8c5fad811d47d83132ec", "--json"))
    assert document["code"] == lookup().codes[0].tolist()
    with pytest.raises(NasplugError, match="None of the 423,624 cells"):
        call("query", "0" * 32)


def test_without_the_dataset_info_says_how_good_the_surrogate_is(without_table: None) -> None:
    assert "Kendall's τ of records above 91 % accuracy: 0.813 ± 0.003\n" in call("info")
    assert json.loads(call("info", "--json"))["table"] is None
