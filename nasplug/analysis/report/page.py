"""The page itself: Jinja's template, with style, scripts and data inside it."""

import json
import math
import time
from importlib.resources import files
from typing import Any

from nasplug.analysis.report import plotly_bundle
from nasplug.analysis.report.content import content, facts
from nasplug.analysis.report.subject import Subject


def page(subject: Subject) -> str:
    """Returns the report as one HTML document that loads nothing. Raises `StorageError` for an empty run.

    Every text of the run is escaped: HTML by Jinja, data as JSON without `<`, and the script sets text alone.
    """
    from jinja2 import Environment

    here = files("nasplug.analysis.report")
    part = {name: here.joinpath(f"page.{name}").read_text(encoding="utf-8") for name in ("html", "css", "js")}
    template = Environment(autoescape=True).from_string(part["html"])
    return template.render(
        run=subject.run,
        settings=subject.settings,
        began=time.strftime("%Y-%m-%d %H:%M", time.localtime(subject.created)),
        ended=subject.ended,
        facts=facts(subject),
        style=part["css"],
        script=part["js"],
        plotly=plotly_bundle.script(),
        data=_json(content(subject)),
    )


def _json(value: Any) -> str:
    """Returns JSON that may stand inside a script element: no `<`, no NaN."""
    text = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
