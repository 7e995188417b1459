"""The report as a file: whole, quick, small, and harmless whatever a run is called."""

import base64
import gzip
import json
import re
import time

import attrs
import numpy as np
import pytest
from plotly.offline import get_plotlyjs
from report_sample import HOSTILE, subject, trials

import nasplug
from nasplug.analysis.figures import Prediction
from nasplug.analysis.report.page import page
from nasplug.engine.objectives import Goal
from nasplug.errors import StorageError
from nasplug.types import Evaluation, Objective, Trial


def embedded(html):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])


def test_nothing_of_a_run_becomes_markup():
    html = page(subject(trials(20))).replace(get_plotlyjs(), "")
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert (html.count("<script"), html.count("</script>")) == (3, 3)
    data = embedded(html)
    assert data["columns"]["error"][3] == HOSTILE
    assert HOSTILE in data["columns"]


def test_the_page_loads_nothing():
    html = page(subject(trials(3)))
    outside = html[: html.index("<script>")] + html[html.rindex("</script>") :]
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", outside)
    assert "default-src 'none'" in html


def test_the_captions_name_the_objectives():
    html = page(subject(trials(20)))
    assert "Incumbent: best validation accuracy (%) by trainings" in html
    assert "Hypervolume (% × ms) by trial" in html
    perplexity = Goal.of([], [], Objective("perplexity", direction="min"))
    html = page(subject([attrs.evolve(t, latency=None) for t in trials(20)], goal=perplexity))
    assert "Incumbent: best validation perplexity by trainings" in html


def test_the_data_are_the_trials_in_their_order():
    run_trials = trials(600)
    data = embedded(page(subject(run_trials)))
    assert data["columns"]["number"] == list(range(600))
    assert [data["architecture"][which] for which in data["which"]] == [str(t.architecture) for t in run_trials]
    assert data["columns"]["accuracy"] == [t.accuracy for t in run_trials]
    block = data["pictures"]["block"]
    last = len(data["architecture"]) - 1
    opened = json.loads(gzip.decompress(base64.b64decode(data["pictures"]["data"][last // block])))
    code = data["architecture"][last].partition(":")[2]
    assert f"({code.replace(',', ', ')})" in opened[last % block][0]


def test_a_predictor_run_says_its_tau_and_an_undefined_one_is_no_number():
    prediction = Prediction(10, [11, 12], [50.0, float("nan")], [55.0, 65.0])
    assert embedded(page(subject(trials(20), prediction=prediction)))["prediction"]["tau"] is None
    assert embedded(page(subject(trials(20))))["prediction"] is None


def test_a_run_of_failures_has_a_page_and_an_empty_run_has_none():
    failed = [t for t in trials(30) if t.state == "failed"]
    html = page(subject(failed))
    assert "no trial is complete" in html
    assert embedded(html)["incumbents"] == []
    with pytest.raises(StorageError, match="is empty"):
        page(subject([]))


@pytest.mark.slow
def test_ten_thousand_trials_with_pictures_stay_small():
    space, rng = nasplug.space("proxyless"), np.random.default_rng(0)
    run_trials = [
        Trial(
            i, space.sample(rng=rng), "complete", Evaluation(60 + 20 * rng.random(), 9.0, {"parameters": float(i)}),
            None, "search", 0.0, 1.0, latency=100 * rng.random(),
        )
        for i in range(10_000)
    ]  # fmt: skip
    started = time.process_time()
    html = page(
        subject(
            run_trials, picture=lambda a: space.draw(architecture=a), describe=lambda a: space.describe(architecture=a)
        )
    )
    assert time.process_time() - started < 5.0
    assert len(html.encode()) < 12_000_000
