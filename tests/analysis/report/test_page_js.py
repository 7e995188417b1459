"""The report as a person sees it: in a real, headless Chromium."""

import shutil
import time

import attrs
import pytest
from report_sample import HOSTILE, subject, trials

from nasplug.analysis.figures import Prediction
from nasplug.analysis.report.page import page
from nasplug.engine.objectives import Goal
from nasplug.types import Objective

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no Chromium here: apt-get install chromium chromium-driver"),
]


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--enable-unsafe-swiftshader"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def look(browser, path, width=1280, scheme="light"):
    """Opens the page as a device of this width and colour scheme would."""
    size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.get(path.as_uri())
    wait(lambda: browser.execute_script("return document.documentElement.dataset.ready") == "yes")


def wait(true, seconds=30.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become true in time"
        time.sleep(0.05)


def errors(browser):
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.fixture(scope="module")
def subjects():
    """The subjects of the pages by the name of what they show."""
    run_trials = trials(120)
    measured = [t for t in run_trials if t.state == "complete"][60:]
    said = [t.accuracy + t.number % 5 for t in measured]
    prediction = Prediction(measured[0].number, [t.number for t in measured], said, [t.accuracy for t in measured])
    two = Goal.of(["perplexity", HOSTILE], ["size<=5"], Objective("perplexity", direction="min"))
    broken = [attrs.evolve(t, state="infeasible") if t.number % 5 == 0 and t.evaluation else t for t in run_trials]
    many = Prediction(0, [t.number for t in measured] * 50, said * 50, [t.accuracy for t in measured] * 50)
    later = next(t for t in reversed(measured) if t.state == "complete")
    again = [attrs.evolve(later, number=120 + n, purpose="confirm") for n in range(2)]
    return {
        "confirmed": subject([*run_trials, *again], prediction=prediction),
        "whole": subject(run_trials, prediction=prediction),
        "many predictions": subject(run_trials, prediction=many),
        "without latency": subject([attrs.evolve(t, latency=None) for t in run_trials]),
        "two objectives": subject(broken, goal=two),
        "failures": subject([t for t in run_trials if t.state == "failed"]),
    }


@pytest.fixture(scope="module")
def pages(subjects, tmp_path_factory):
    """Returns the path of a page by the name of what it shows."""
    folder = tmp_path_factory.mktemp("report")
    for name, shown in subjects.items():
        (folder / f"{name}.html").write_text(page(shown), encoding="utf-8")
    return lambda name: folder / f"{name}.html"


every_screen = pytest.mark.parametrize(("width", "scheme"), [(w, s) for w in (390, 1280) for s in ("light", "dark")])


def js(browser, expression, *arguments):
    return browser.execute_script(f"return {expression}", *arguments)


@every_screen
@pytest.mark.parametrize(
    ("name", "charts"), [("whole", 4), ("without latency", 2), ("two objectives", 3), ("failures", 2)]
)
def test_the_page_fits_has_charts_and_no_error(browser, pages, name, charts, width, scheme):
    look(browser, pages(name), width, scheme)
    assert errors(browser) == []
    assert js(browser, "document.documentElement.scrollWidth") <= width
    visible = "[...document.querySelectorAll('figure:not([hidden]) .chart')]"
    assert js(browser, f"{visible}.filter((c) => c.querySelector('.main-svg')).length") == charts
    back = js(browser, "getComputedStyle(document.body).backgroundColor")
    assert back == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 25, 31)")
    assert js(browser, "document.querySelectorAll('img[src=x]').length") == 0


def place(browser, chart, trace, index):
    """Returns where a point of a chart is on the screen."""
    return browser.execute_script(
        """const g = document.getElementById(arguments[0]); g.scrollIntoView({block: 'center'});
        const l = g._fullLayout, r = g.getBoundingClientRect(), t = g.data[arguments[1]];
        return [r.left + l.xaxis._offset + l.xaxis.d2p(t.x[arguments[2]]),
                r.top + l.yaxis._offset + l.yaxis.d2p(t.y[arguments[2]])]""",
        chart,
        trace,
        index,
    )


def point(browser, x, y):
    for step in (40, 0):
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x + step, "y": y})
        time.sleep(0.2)


def click(browser, x, y):
    for kind in ("mousePressed", "mouseReleased"):
        event = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def assert_card(browser):
    """Expects that a trial is shown, with its picture, and closes the card."""
    wait(lambda: js(browser, "!document.getElementById('card').hidden"))
    wait(lambda: js(browser, "document.getElementById('card-picture').naturalWidth") > 0)
    assert js(browser, "document.getElementById('card-title').textContent").startswith("trial ")
    browser.execute_script("document.getElementById('close').click()")
    assert js(browser, "document.getElementById('card').hidden")


@every_screen
@pytest.mark.parametrize(
    ("name", "chart", "trace"),
    [
        ("whole", "scatter", 0),
        ("whole", "prediction", 1),
        ("many predictions", "prediction", 1),
        ("without latency", "scatter", 0),
        ("two objectives", "scatter", 1),
    ],
)
def test_pointing_and_clicking_at_an_architecture_show_its_picture(browser, pages, name, chart, trace, width, scheme):
    look(browser, pages(name), width, scheme)
    spot = place(browser, chart, trace, 2)
    point(browser, *spot)
    assert_card(browser)
    click(browser, *spot)
    assert_card(browser)
    assert errors(browser) == []


def test_predictions_say_their_tau_and_many_are_drawn_by_the_graphics_card(browser, subjects, pages):
    for name, kind in (("whole", "scatter"), ("many predictions", "scattergl")):
        look(browser, pages(name))
        assert js(browser, "document.getElementById('prediction').data[1].type") == kind
        caption = js(browser, "document.getElementById('prediction-caption').textContent")
        assert f"Kendall τ {subjects[name].prediction.tau:.3f}" in caption


def test_what_was_confirmed_has_error_bars_at_its_latency_and_at_its_prediction(browser, pages):
    look(browser, pages("confirmed"))
    assert errors(browser) == []
    for chart in ("scatter", "prediction"):
        trace = f"document.getElementById('{chart}').data.at(-1)"
        assert js(browser, f"[{trace}.name, {trace}.x.length, {trace}.error_y.array]") == [
            "confirmed, ± standard error", 1, [0],
        ]  # fmt: skip
        assert js(browser, f"document.querySelectorAll('#{chart} .errorbar').length") == 1


def test_objectives_are_named_and_what_breaks_a_limit_is_apart(browser, pages):
    look(browser, pages("two objectives"))
    titles = "(id, axis) => document.getElementById(id)._fullLayout[axis].title.text"
    assert js(browser, f"({titles})('scatter', 'yaxis')") == "validation perplexity"
    assert js(browser, f"({titles})('incumbent', 'yaxis')") == "validation perplexity"
    names = js(browser, "document.getElementById('scatter').data.map((trace) => trace.name)")
    assert names == ["trials", "breaks a limit", "frontier"]
    counts = js(browser, "document.getElementById('scatter').data.map((trace) => trace.x.length)")
    assert counts[:2] == [83, 20]
    assert js(browser, "document.querySelector('#trials th[data-name=accuracy]').textContent") == "perplexity"
    shown = js(browser, "document.querySelector('#scatter .xtitle').textContent")
    assert shown == f"validation {HOSTILE.replace('_', ' ')}"  # a text, whatever it looks like


def column(browser, name):
    return browser.execute_script(
        """const heads = [...document.querySelectorAll('#trials th')].map((h) => h.dataset.name);
        const i = heads.indexOf(arguments[0]);
        return [...document.querySelectorAll('#trials tbody tr')].map((r) => r.cells[i].textContent)""",
        name,
    )


@every_screen
def test_sorting_sorts_and_filtering_filters(browser, pages, width, scheme):
    look(browser, pages("whole"), width, scheme)
    head = "document.querySelector('#trials th[data-name=accuracy]')"
    for order in ("ascending", "descending"):
        browser.execute_script(f"{head}.querySelector('button').click()")
        assert js(browser, f"{head}.ariaSort") == order
        shown = [float(text) for text in column(browser, "accuracy")]
        assert len(shown) == 50
        assert shown == sorted(shown, reverse=order == "descending")
    browser.execute_script(
        "const f = document.getElementById('filter'); f.value = 'failed'; f.dispatchEvent(new Event('input'))"
    )
    assert set(column(browser, "state")) == {"failed"}
    assert js(browser, "document.getElementById('where').textContent") == "1–17 of 17"


def test_a_number_is_never_shown_as_zero_because_it_is_small(browser, tmp_path):
    run_trials = [
        attrs.evolve(t, evaluation=t.evaluation and attrs.evolve(t.evaluation, cost=1e-5)) for t in trials(20)
    ]
    path = tmp_path / "small.html"
    path.write_text(page(subject(run_trials)), encoding="utf-8")
    look(browser, path)
    assert set(column(browser, "cost")) == {"0.00001", ""}


def test_a_page_of_ten_thousand_trials_opens_in_two_seconds(browser, tmp_path):
    path = tmp_path / "large.html"
    path.write_text(page(subject(trials(10_000))), encoding="utf-8")
    seconds = []
    for _ in range(3):
        browser.get("about:blank")
        started = time.monotonic()
        look(browser, path)
        seconds.append(time.monotonic() - started)
    assert min(seconds) <= 2.0  # the best of three: others may use the machine too
    assert errors(browser) == []
    assert js(browser, "document.getElementById('where').textContent") == "1–50 of 10000"
