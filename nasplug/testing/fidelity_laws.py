"""Laws of fidelities: how long a space can train, and whether a training can be continued."""

import time
from collections.abc import Sequence

from nasplug.testing.laws import Fault, NotApplicable, law, report_here
from nasplug.testing.space_laws import SpaceLaws

PATIENCE = 5.0  # seconds of evaluations, after which no longer one is tried


class FidelityLaws(SpaceLaws):
    """Laws of `fidelities`, and of `evaluate` beside it."""

    def fidelities(self) -> tuple[Sequence[int], bool]:
        """Returns the answer of `fidelities`; one of another form is a fault of it. No law applies to None."""
        self.requires("fidelities")
        answer = self.call("fidelities")
        if answer is None:
            raise NotApplicable("it returns None: any number of epochs")
        try:
            (*epochs,), continues = answer
        except (TypeError, ValueError):
            epochs, continues = [], None
        ascending = all(type(n) is int and n > 0 for n in epochs) and epochs == sorted({*epochs})
        if not ascending or not isinstance(continues, bool):
            raise Fault("fidelities", f"it returned {answer!r}, not ((epochs, …), whether one can be continued)")
        return epochs, continues

    @law("fidelities")
    def test_fidelities_ascend(self) -> None:
        """fidelities returns None, or a pair: ascending numbers of epochs, and whether a training can be continued.

        A strategy begins with the first number and ends with the last.
        """
        self.fidelities()

    @law()
    def test_every_fidelity_can_be_evaluated(self) -> None:
        """evaluate accepts every number of epochs that fidelities lists. The kit tries them for some seconds.

        A strategy chooses among them.
        """
        epochs, _ = self.fidelities()
        self._evaluate_each(epochs, continues=False)

    @law()
    def test_a_training_can_be_continued(self) -> None:
        """Where fidelities says so, evaluate accepts a job that continues another one for more epochs.

        The other job's folder lies beside that of the new one, and its number, job.continues, is the folder's name.
        """
        epochs, continues = self.fidelities()
        if not continues:
            raise NotApplicable("fidelities says that no training can be continued")
        self._evaluate_each(epochs, continues=True)

    def _evaluate_each(self, lengths: Sequence[int], continues: bool) -> None:
        """Evaluates one architecture for ascending numbers of epochs, as long as patience lasts."""
        self.evaluated()  # what is wrong with every evaluation is reported by another law
        architecture, before, started = self.sampled(1)[0], None, time.monotonic()
        for epochs in lengths:
            job = self.job(architecture, "search", epochs=epochs, continues=before)
            if continues and before is None:
                self.evaluate_job(job)
            else:
                with report_here(f"{epochs} epochs{' after fewer' if continues else ''}"):
                    self.evaluate_job(job)
            before = job.number if continues else None
            if time.monotonic() - started > PATIENCE:
                return
