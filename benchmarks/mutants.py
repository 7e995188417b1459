"""Changes the code in small ways, one at a time, and counts the changes that no test notices.

A mutant is one change by an operator of Cosmic Ray: another comparison, another sum, a number, a missing decorator.
Left out are changes of annotations, and `is` in place of `==`, which equal the original for most values. `SAMPLE`
mutants are drawn by a seed, uniformly over places. Each meets the tests of its own file, then a sample of those that
execute its lines: fast ones, and slow ones of the mutated packages. Needs the packages of requirements-mutants.txt, and
takes about half an hour on two cores. Results are kept in the folder NASPLUG_MUTANTS; a second call goes on where the
first was stopped.
"""

import ast
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

NAME = "mutants"
SAMPLE, SEED, WORKERS, LIMIT = 300, 0, 2, 180  # seconds a mutant may take; beyond them it is noticed
MOST_TESTS = 60  # that a mutant meets after those of its own file; more would only notice more
SHARE = 0.05  # of the sample may survive
ROOT = Path(__file__).resolve().parent.parent
STRATEGIES = "plugins/strategies/nasplug_strategies"
CHOSEN = [
    *(f"nasplug/{part}" for part in ("engine", "storage", "executors", "middleware")),
    *(f"{STRATEGIES}/{part}" for part in ("*.py", "neural", "predictor/settings.py", "predictor/calibration.py")),
]
ABOUT_ALL_FILES = {"tests/test_attrs_classes.py", "tests/test_option_defaults.py"}
PACKAGES = ["", "plugins/nasbench101", "plugins/proxyless", "plugins/strategies", *(
    f"examples/{name}" for name in ("nasbenchgraph", "localsearch", "notice"))]  # fmt: skip
Mutant = dict[str, Any]


def run() -> dict[str, Any]:
    """Returns how many mutants of the sample survived, and which."""
    folder = Path(os.environ.get("NASPLUG_MUTANTS", tempfile.gettempdir() + "/nasplug-mutants"))
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "results.jsonl"
    done = (
        {json.loads(line)["id"]: json.loads(line) for line in results.read_text().splitlines()}
        if results.exists()
        else {}
    )
    sample = random.Random(SEED).sample(everything := list(mutants()), min(SAMPLE, len(everything)))
    copies: SimpleQueue[Path] = SimpleQueue()
    for number in range(WORKERS):
        copies.put(copy_of_head(folder / f"copy-{number}"))
    touching = coverage(folder)
    with ThreadPoolExecutor(WORKERS) as pool:
        todo = [mutant for mutant in sample if mutant["id"] not in done]
        for mutant in pool.map(lambda mutant: tried(mutant, copies, touching), todo):
            done[mutant["id"]] = mutant
            with results.open("a") as file:
                file.write(json.dumps(mutant) + "\n")
            print(f"{len(done)}/{len(sample)} {mutant['outcome']:>9} {mutant['id']}", file=sys.stderr, flush=True)
    survivors = [mutant for mutant in sample if done[mutant["id"]]["outcome"] == "survived"]
    share = len(survivors) / len(sample)
    listed = [f"{mutant['id']}: {done[mutant['id']]['change']}" for mutant in survivors]
    return {
        "figure": round(100 * share, 1), "unit": f"% of {len(sample)} mutants survive", "bar": f"≤ {100 * SHARE:g} %",
        "holds": share <= SHARE, "of": len(everything), "survivors": listed,
    }  # fmt: skip


def sources() -> Iterator[Path]:
    """Yields the files that are changed."""
    for place in CHOSEN:
        for path in sorted(ROOT.glob(place)):
            yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def mutants() -> Iterator[Mutant]:
    """Yields one mutant for each place and kind of operator, in a fixed order."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    names = [name for name in operator_names() if not name.endswith(("_Is", "_IsNot", "/NoOp"))]
    for path in sources():
        source = path.read_text()
        tree, plain = get_ast(source), bare(source)
        places: dict[tuple[str, Any], list[tuple[str, int]]] = {}
        for name in names:
            operator = get_operator(name)
            if operator.arguments():
                continue
            positions = [at for node in ast_nodes(tree) for at in operator().mutation_positions(node)]
            for occurrence, at in enumerate(positions):
                places.setdefault((name.partition("_")[0], at), []).append((name, occurrence))
        for (kind, at), variants in sorted(places.items()):
            name, occurrence = random.Random(f"{path.name}{kind}{at}").choice(variants)
            code = mutate_code(source, get_operator(name)(), occurrence)
            if code and (changed := bare(code)) and changed != plain:
                where = f"{path.relative_to(ROOT)}:{at[0][0]}:{at[0][1]}"
                lines = list(range(at[0][0], at[1][0] + 1))
                yield {"id": f"{where} {name}", "file": str(path.relative_to(ROOT)), "code": code, "lines": lines}


def bare(source: str) -> str | None:
    """Returns the syntax tree without annotations and docstrings as text; None for what is no Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None:
                setattr(node, name, ast.Constant(None))
    return ast.dump(tree)


def copy_of_head(folder: Path) -> Path:
    """Makes or renews a clean copy of the project, which mutants may change."""
    if folder.exists():
        subprocess.run(["git", "checkout", "-q", "--force", "."], cwd=folder, check=True)
        subprocess.run(["git", "pull", "-q", "--ff-only"], cwd=folder, check=True)
    else:
        subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    return folder


def coverage(folder: Path) -> dict[str, dict[int, list[str]]]:
    """Runs the tests once and returns, for each file, the tests that execute each line; kept in the folder."""
    from coverage import CoverageData

    base, data = folder / "copy-0", folder / "coverage.sqlite"
    if not data.exists():
        modules = [f"--cov={path}" for path in ("nasplug", STRATEGIES)]
        measured = ["-n", str(WORKERS), *modules, "--cov-context=test", "--cov-report="]
        printed = pytest(base, *measured, "-m", "not slow", limit=3600)
        broken = [line.split()[1] for line in printed.splitlines() if line.startswith("FAILED ")]
        (folder / "broken-without-mutants.txt").write_text("\n".join(broken))
        own = [f"tests/{part}" for part in ("engine", "storage", "executors", "middleware")]
        pytest(base, *measured, "--cov-append", "-m", "slow", *own, limit=3600)
        (base / ".coverage").rename(data)
    read = CoverageData(str(data))
    read.read()
    collected = set(pytest(base, "--collect-only", limit=600).splitlines())  # a kept file may know older tests
    touching: dict[str, dict[int, list[str]]] = {}
    for name in read.measured_files():
        by_line = read.contexts_by_lineno(name).items()
        tests = {line: {context.partition("|")[0] for context in contexts} & collected for line, contexts in by_line}
        touching[str(Path(name).relative_to(base))] = {line: sorted(found) for line, found in tests.items()}
    return touching


def tried(mutant: Mutant, copies: "SimpleQueue[Path]", touching: dict[str, dict[int, list[str]]]) -> Mutant:
    """Runs the tests that touch a mutant, and returns it with its outcome and its change."""
    lines = touching.get(mutant["file"], {})
    chosen = {test for number in mutant["lines"] for test in lines.get(number, ())}
    if len(chosen) > MOST_TESTS:
        chosen = set(random.Random(mutant["id"]).sample(sorted(chosen), MOST_TESTS))
    chosen |= ABOUT_ALL_FILES
    copy = copies.get()
    target = copy / mutant["file"]
    original = target.read_text()
    try:
        target.write_text(mutant["code"])
        change = subprocess.run(["git", "diff", "-U0"], cwd=copy, capture_output=True, text=True).stdout.splitlines()[
            5:
        ]
        listing = copy / "chosen-tests.txt"
        listing.write_text("\n".join(sorted(chosen)))
        own = own_test(copy, mutant["file"])
        outcome = forked(copy, "-m", "not slow", own) if own else "survived"
        if outcome == "survived":
            outcome = forked(copy, f"@{listing}")
    finally:
        target.write_text(original)
        copies.put(copy)
    return {"id": mutant["id"], "outcome": outcome, "tests": len(chosen), "change": " ".join(change)}


def own_test(copy: Path, file: str) -> str | None:
    """Returns the test that mirrors a file, which is tried first since it starts quickly; None without one."""
    path = Path(file.replace(f"{STRATEGIES}/", "plugins/strategies/").removeprefix("nasplug/"))
    mirrored = Path("tests") / path.with_name(f"test_{path.name}")
    return str(mirrored) if (copy / mirrored).exists() else None


def forked(copy: Path, *arguments: str) -> str:
    """Runs tests of a copy in a fork of a process that has imported what is heavy; see `pytest`."""
    if copy not in _RUNNERS:
        command = [sys.executable, str(ROOT / "benchmarks" / "_forked_pytest.py")]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
        _RUNNERS[copy] = subprocess.Popen(command, cwd=copy, env=environment(copy), **pipes)
    runner = _RUNNERS[copy]
    assert runner.stdin
    assert runner.stdout
    broken = copy.parent / "broken-without-mutants.txt"
    left_out = [f"--deselect={test}" for test in broken.read_text().splitlines()]
    runner.stdin.write(json.dumps([["-q", "-x", "-p", "no:cacheprovider", *left_out, *arguments], LIMIT]) + "\n")
    status = runner.stdout.readline().strip()
    return (
        "survived" if status in ("0", "5") else "noticed"
    )  # 5: there was no test; 4: not even conftest.py was imported


_RUNNERS: dict[Path, subprocess.Popen[str]] = {}


def environment(copy: Path) -> dict[str, str]:
    """Returns the environment in which the modules of a copy are imported."""
    path = os.pathsep.join(str(copy / package) for package in PACKAGES)
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def pytest(copy: Path, *arguments: str, limit: float) -> str:
    """Runs tests of a copy and returns what pytest prints."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    options: dict[str, Any] = {"capture_output": True, "text": True, "timeout": limit}
    return subprocess.run(command, cwd=copy, env=environment(copy), **options).stdout
