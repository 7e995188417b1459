"""A report of 10,000 trials: how long it takes to build, how large it is, how soon a browser shows it."""

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import nasplug
from nasplug.analysis.report.page import page
from nasplug.analysis.report.subject import Subject
from nasplug.types import Evaluation, Trial

NAME = "report-large"
TRIALS, BUILD, OPEN, SIZE = 10_000, 5.0, 2.0, 12.0


def run() -> dict[str, Any]:
    """Returns seconds to build the page, MB of it, and seconds until Chromium shows it (None without Chromium)."""
    subject = _subject()
    started = time.perf_counter()
    html = page(subject)
    built, size = time.perf_counter() - started, len(html.encode()) / 1e6
    opened = _opened(html)
    holds = built <= BUILD and size <= SIZE and (opened is None or opened <= OPEN)
    bar = f"build ≤ {BUILD:g} s, open ≤ {OPEN:g} s, ≤ {SIZE:g} MB"
    return {"figure": built, "unit": "s to build", "bar": bar, "holds": holds, "opened_seconds": opened, "mb": size}


def _subject() -> Subject:
    space, rng = nasplug.space("proxyless"), np.random.default_rng(0)
    trials = [
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
    return Subject(
        run="large",
        settings={"space": "proxyless", "strategy": "random", "seed": 0},
        versions={},
        created=0.0,
        ended="the budget is used",
        trials=trials,
        picture=lambda a: str(space.draw(architecture=a)),
        describe=lambda a: str(space.describe(architecture=a)),
    )


def _opened(html: str) -> float | None:
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
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "large.html"
            path.write_text(html, encoding="utf-8")
            browser.get("about:blank")
            started = time.perf_counter()
            browser.get(path.as_uri())
            assert browser.execute_script("return document.documentElement.dataset.ready") == "yes"
            return time.perf_counter() - started
    finally:
        browser.quit()
