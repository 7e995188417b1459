"""`nasplug report` of a stored run of 10,000 trials: how long it takes, how large the page is, how soon it opens."""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import nasplug
from nasplug.storage.storage import Storage
from nasplug.types import Evaluation, Trial

NAME = "report-large"
TRIALS, BUILD, OPEN, SIZE = 10_000, 5.0, 2.0, 12.0


def run() -> dict[str, Any]:
    """Returns seconds of the command, MB of the page, and seconds until Chromium shows it (None without Chromium).

    The command starts an interpreter, reads the trials, makes the plugins again, draws every architecture and writes.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _store(folder / "large.db")
        built = _seconds(folder)
        opened, size = _opened(folder / "large.html"), (folder / "large.html").stat().st_size / 1e6
    holds = built <= BUILD and size <= SIZE and (opened is None or opened <= OPEN)
    bar = f"build ≤ {BUILD:g} s, open ≤ {OPEN:g} s, ≤ {SIZE:g} MB"
    return {"figure": built, "unit": "s to build", "bar": bar, "holds": holds, "opened_seconds": opened, "mb": size}


def _store(path: Path) -> None:
    """Stores a run of the predictor on the space with the largest pictures."""
    pair: dict[str, Any] = {"space": "proxyless", "strategy": "neural_predictor"}
    storage = Storage(str(path))
    run = storage.create("large", pair | {"space_options": {}, "strategy_options": {}, "seed": 0, "budget": TRIALS}, {})
    storage.add_missing(run, _trials())
    storage.close()


def _trials() -> list[Trial]:
    space, rng = nasplug.space("proxyless"), np.random.default_rng(0)
    return [
        Trial(
            number=i,
            architecture=(architecture := space.sample(rng=rng)),
            state="complete",
            evaluation=Evaluation(60 + 20 * rng.random(), 90.0, {"parameters": 4e6, "loss": float(rng.random())}),
            error=None,
            purpose="search",
            started=float(i),
            finished=i + 1.0,
            latency=space.measure_latency(architecture=architecture, device="pixel1"),
        )
        for i in range(TRIALS)
    ]


def _seconds(folder: Path) -> float:
    command = [sys.executable, "-m", "nasplug.cli", "report", "large", "--out", "large.html", "--storage", "large.db"]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return time.perf_counter() - started


def _opened(path: Path) -> float | None:
    """Returns seconds from asking for the page to its table and charts being there; the browser runs already."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        return None
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--enable-unsafe-swiftshader"):
        options.add_argument(argument)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        browser.get("about:blank")
        started = time.perf_counter()
        browser.get(path.as_uri())
        assert browser.execute_script("return document.documentElement.dataset.ready") == "yes"
        return time.perf_counter() - started
    finally:
        browser.quit()
