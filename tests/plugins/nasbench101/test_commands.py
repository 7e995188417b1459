"""`nasplug nasbench101 …` as a process of its own."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from nasplug_nasbench101.table.table import Table

Nasplug = Callable[..., subprocess.CompletedProcess[str]]


def test_import_info_and_query(nasplug: Nasplug, file: Path, tmp_path: Path) -> None:
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    missing = nasplug("nasbench101", "info", env=env)
    assert missing.returncode == 0
    assert "the dataset was not imported" in missing.stdout
    made = nasplug("nasbench101", "import", str(file), "--json", env=env)
    assert json.loads(made.stdout)["cells"] == 40
    info = json.loads(nasplug("nasbench101", "info", "--json", env=env).stdout)
    assert info == json.loads(made.stdout)
    table = Table.open(Path(info["table"]))
    code = ",".join(map(str, table.codes[5].tolist()))
    by_code = json.loads(nasplug("nasbench101", "query", code, "--json", env=env).stdout)
    by_hash = json.loads(nasplug("nasbench101", "query", table.hash_at(5).upper(), "--json", env=env).stdout)
    assert by_code == by_hash
    assert by_code["trainings"]["108"][1]["final"]["test_accuracy"] == table.training(5, 108, 1).test_accuracy
    shown = nasplug("nasbench101", "query", code, env=env).stdout
    assert table.hash_at(5) in shown
    assert f"rank {table.rank(5, 108, 2):,} by mean validation" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["import"], 2, "Missing argument 'FILE'"),
        (["import", "nothing"], 1, "Error: nothing is no file. Wanted nasbench_only108.tfrecord or "),
        (["import", "."], 1, "Error: . is no file."),
        (["import", "{file}", "--out", "{file}"], 1, "exists and is no table: name a folder"),
        (["info", "--table", "nowhere"], 1, "Error: nowhere is no imported NASBench-101 table: wanted a folder with"),
        (["query", "zzz"], 2, "Error: wanted a module hash of 32 hexadecimal digits or a code"),
        (["query", "proxyless:0,1"], 2, "an architecture of the space 'proxyless'"),
        (["query", "0,1"], 2, "Error: a nasbench101 code is 21 edge bits"),
        (["query", ",".join("0" * 26)], 2, "input and output must be joined by a path"),
    ],
)
def test_a_mistake_is_one_message(
    nasplug: Nasplug, file: Path, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    given = [argument.format(file=file) for argument in arguments]
    done = nasplug("nasbench101", *given, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)})
    assert done.returncode == code
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("Error: ") == 1
