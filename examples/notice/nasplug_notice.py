"""Early notice: says during a run that it has found something good, to a webhook or in the log."""

import json
import logging
import urllib.request

import attrs

from nasplug import Run, Trial, hookimpl, option

log = logging.getLogger("nasplug.notice")


@attrs.define(eq=False)
class Notice:
    """Sends a notice of every trial that is better than all before it and better than `above`.

    A webhook that cannot be reached is a warning in the log, and does not end the search.
    """

    url: str | None = option(None, help="where to POST a JSON document; default: the log alone")
    above: float = option(0.0, help="validation accuracy in percent from which on it tells")
    timeout: float = option(5.0, help="seconds that a webhook may take", validator=attrs.validators.gt(0))
    _best: float = attrs.field(default=-1.0, init=False)

    @hookimpl
    def on_start(self) -> None:
        """Forgets the last run."""
        self._best = -1.0

    @hookimpl
    def on_trial(self, run: Run, trial: Trial) -> None:
        """Sends a notice of a new incumbent, unless it was stored by the run that is resumed."""
        if trial.purpose != "search" or trial.accuracy is None or trial.accuracy <= self._best:
            return
        self._best = trial.accuracy
        if trial.accuracy > self.above and not run.replaying:
            self._send({"run": run.name, "trial": trial.number, "architecture": str(trial.architecture)}, self._best)

    def _send(self, notice: dict[str, object], accuracy: float) -> None:
        log.info("%s: trial %s has %.2f %%: %s", notice["run"], notice["trial"], accuracy, notice["architecture"])
        if self.url is None:
            return
        body = json.dumps(notice | {"accuracy": accuracy}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=self.timeout).close()
        except (OSError, ValueError) as error:
            log.warning("the webhook %s was not told: %s", self.url, error)
