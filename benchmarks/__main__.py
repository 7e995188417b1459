"""Lists the benchmarks, and runs one: its figure, its bar, whether it holds, and on which machine."""

import ast
import json
import os
import platform
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from nasplug.errors import did_you_mean


def names() -> dict[str, str]:
    """Returns the name of every benchmark and its module, read from the sources without importing them."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NAME":
                found[ast.literal_eval(node.value)] = path.stem
    return dict(sorted(found.items()))


def machine() -> dict[str, Any]:
    """Returns what a figure depends on: processor, cores, memory, Python."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cpu": model, "cores": os.cpu_count(), "memory_gib": round(memory), "python": platform.python_version()}


@click.command()
@click.argument("name", required=False)
@click.option("--list", "only_list", is_flag=True, help="Name the benchmarks.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def main(name: str | None, only_list: bool, as_json: bool) -> None:
    """Measure the benchmark NAME. Exit code 1 when its bar does not hold."""
    known = names()
    if only_list or name is None:
        return click.echo("\n".join(known))
    if name not in known:
        raise click.UsageError(f"There is no benchmark {name!r}.{did_you_mean(name, known)} --list names them.")
    found = {"name": name} | import_module(f"benchmarks.{known[name]}").run() | {"machine": machine()}
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False, default=float))
    else:
        for key, value in found.items():
            click.echo(f"{key:>12}  {value}")
    sys.exit(0 if found["holds"] else 1)


if __name__ == "__main__":
    main()
