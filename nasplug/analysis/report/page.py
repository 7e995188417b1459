"""The page of a report: a Jinja template with style, scripts and data inside, so that it loads nothing."""

import json
import time
from importlib.resources import files
from typing import Any

from nasplug.analysis.rendering import to_json_values
from nasplug.analysis.report import plotly_bundle
from nasplug.analysis.report.content import Subject, content, facts


def page(subject: Subject) -> str:
    """Returns the report as one HTML document. Raises `StorageError` for a run without trials.

    No text of the run can become markup: Jinja escapes the HTML, the data are JSON without `<`, and the page's script
    only sets text nodes.
    """
    from jinja2 import Environment

    folder = files("nasplug.analysis.report")
    source = {name: folder.joinpath(f"page.{name}").read_text(encoding="utf-8") for name in ("html", "css", "js")}
    template = Environment(autoescape=True).from_string(source["html"])
    data = content(subject)
    return template.render(
        run=subject.run,
        settings=subject.settings,
        began=time.strftime("%Y-%m-%d %H:%M", time.localtime(subject.created)),
        state=subject.state,
        facts=facts(subject),
        objective=data["objective"]["label"],
        frontier=data["frontier"],
        style=source["css"],
        script=source["js"],
        plotly=plotly_bundle.script(),
        data=_script_json(data),
    )


def _script_json(value: Any) -> str:
    """Returns JSON that may stand inside a script element: no `<`, no NaN."""
    text = json.dumps(to_json_values(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
