"""Notifies you of good architectures during a search, by a webhook or in the log."""

import json
import logging
import math
import urllib.request

import attrs

from nasplug import Run, Trial, hookimpl, option

log = logging.getLogger("nasplug.notice")


@attrs.define(eq=False)
class Notice:
    """Notifies you of each trial that is better than all earlier ones and than `above`.

    A webhook that cannot be reached causes a warning in the log, and the search continues.
    """

    url: str | None = option(None, help="the URL that receives a JSON document; without it, notices are only logged")
    above: float | None = option(None, help="the value of the main objective that a trial must be better than")
    timeout: float = option(5.0, help="how many seconds the webhook may take", validator=attrs.validators.gt(0))
    _best: float = attrs.field(default=-math.inf, init=False)  # the highest score so far

    @hookimpl
    def on_start(self) -> None:
        """Forgets the best trial of an earlier run."""
        self._best = -math.inf

    @hookimpl
    def on_trial(self, run: Run, trial: Trial) -> None:
        """Notifies of a new incumbent, unless a resumed run replays it."""
        score, objective = run.score(trial), run.objectives[0]
        if trial.purpose != "search" or score <= self._best:
            return
        self._best = score
        if (self.above is None or score > objective.score(self.above)) and not run.replaying:
            document = {"run": run.name, "trial": trial.number, "architecture": str(trial.architecture)}
            self._notify(document | {objective.name: objective.score(score)}, objective.text(objective.score(score)))

    def _notify(self, document: dict[str, object], value: str) -> None:
        log.info("%s: trial %s has %s: %s", document["run"], document["trial"], value, document["architecture"])
        if self.url is None:
            return
        body = json.dumps(document).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=self.timeout).close()
        except (OSError, ValueError) as error:
            log.warning("the webhook %s cannot be reached: %s", self.url, error)
