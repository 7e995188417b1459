"""The report as a person sees it: in a real, headless Chromium."""

import shutil
import time

import pytest
from report_sample import subject, trials

from nasplug.analysis.report.page import page

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
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "run.html"
    path.write_text(page(subject(trials(120))), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_has_charts_and_no_error(browser, report, width, scheme):
    look(browser, report, width, scheme)
    assert errors(browser) == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script("return document.querySelectorAll('.chart .main-svg').length") >= 3
    back = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert back == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 25, 31)")
    assert browser.execute_script("return document.querySelectorAll('img[src=x]').length") == 0


def place(browser, index):
    """Returns where a point of the scatter plot is on the screen."""
    return browser.execute_script(
        """const g = document.getElementById('scatter'); g.scrollIntoView({block: 'center'});
        const l = g._fullLayout, r = g.getBoundingClientRect(), t = g.data[0];
        return [r.left + l.xaxis._offset + l.xaxis.d2p(t.x[arguments[0]]),
                r.top + l.yaxis._offset + l.yaxis.d2p(t.y[arguments[0]])]""",
        index,
    )


def test_pointing_at_an_architecture_shows_its_picture(browser, report):
    look(browser, report)
    x, y = place(browser, 2)
    for step in (40, 0):
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x + step, "y": y})
        time.sleep(0.2)
    wait(lambda: browser.execute_script("return !document.getElementById('card').hidden"))
    wait(lambda: browser.execute_script("return document.getElementById('card-picture').naturalWidth") > 0)
    assert browser.execute_script("return document.getElementById('card-title').textContent").startswith("trial ")
    assert errors(browser) == []


def column(browser, name):
    return browser.execute_script(
        """const heads = [...document.querySelectorAll('#trials th')].map((h) => h.dataset.name);
        const i = heads.indexOf(arguments[0]);
        return [...document.querySelectorAll('#trials tbody tr')].map((r) => r.cells[i].textContent)""",
        name,
    )


def test_sorting_sorts_and_filtering_filters(browser, report):
    look(browser, report)
    head = "document.querySelector('#trials th[data-name=accuracy]')"
    for order in ("ascending", "descending"):
        browser.execute_script(f"{head}.querySelector('button').click()")
        assert browser.execute_script(f"return {head}.ariaSort") == order
        shown = [float(text) for text in column(browser, "accuracy")]
        assert len(shown) == 50
        assert shown == sorted(shown, reverse=order == "descending")
    browser.execute_script(
        "const f = document.getElementById('filter'); f.value = 'failed'; f.dispatchEvent(new Event('input'))"
    )
    assert set(column(browser, "state")) == {"failed"}
    assert browser.execute_script("return document.getElementById('where').textContent") == "1–17 of 17"


def test_a_page_of_ten_thousand_trials_opens(browser, tmp_path):
    path = tmp_path / "large.html"
    path.write_text(page(subject(trials(10_000))), encoding="utf-8")
    look(browser, path)
    assert errors(browser) == []
    assert browser.execute_script("return document.getElementById('where').textContent") == "1–50 of 10000"
