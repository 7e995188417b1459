"""Notifies you of good architectures during a search, by a webhook or in the log."""

import json
import logging
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
    above: float = option(0.0, help="the validation accuracy in percent that a trial must exceed")
    timeout: float = option(5.0, help="how many seconds the webhook may take", validator=attrs.validators.gt(0))
    _best: float = attrs.field(default=-1.0, init=False)

    @hookimpl
    def on_start(self) -> None:
        """Forgets the best accuracy of an earlier run."""
        self._best = -1.0

    @hookimpl
    def on_trial(self, run: Run, trial: Trial) -> None:
        """Notifies of a new incumbent, unless a resumed run replays it."""
        if trial.purpose != "search" or trial.accuracy is None or trial.accuracy <= self._best:
            return
        self._best = trial.accuracy
        if trial.accuracy > self.above and not run.replaying:
            document = {"run": run.name, "trial": trial.number, "architecture": str(trial.architecture)}
            self._notify(document | {"accuracy": trial.accuracy})

    def _notify(self, document: dict[str, object]) -> None:
        log.info("%(run)s: trial %(trial)s has %(accuracy).2f %%: %(architecture)s", document)
        if self.url is None:
            return
        body = json.dumps(document).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=self.timeout).close()
        except (OSError, ValueError) as error:
            log.warning("the webhook %s cannot be reached: %s", self.url, error)
