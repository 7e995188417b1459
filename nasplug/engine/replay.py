"""Runs of version 0.1 that were killed inside a batch: their open jobs are not stored, and are asked for again."""

from collections.abc import Sequence

import attrs

from nasplug.engine.evaluation import duplicate
from nasplug.engine.open_jobs import question
from nasplug.errors import StorageError
from nasplug.types import Job, Trial


@attrs.frozen
class Replay:
    """The stored search trials of the run `name` by number: they answer the jobs that the strategy suggests again."""

    name: str = ""
    trials: dict[int, Trial] = attrs.field(factory=dict)

    def answer(self, jobs: Sequence[Job]) -> tuple[list[Job], list[Trial], list[Trial]]:
        """Returns the jobs of a batch that must be evaluated, the stored trials of others, and new ones of duplicates.

        Raises `StorageError` where the strategy suggests another architecture than the stored one.
        """
        answers = {job.number: self._trial_of(job) for job in jobs if job.number in self.trials}
        leaders = {question(job): answers[job.number] for job in reversed(jobs) if job.number in answers}
        others = [job for job in jobs if job.number not in answers]
        new = [duplicate(job, leaders[question(job)]) for job in others if question(job) in leaders]
        return [job for job in others if question(job) not in leaders], list(answers.values()), new

    def _trial_of(self, job: Job) -> Trial:
        trial = self.trials[job.number]
        if trial.architecture == job.architecture:
            return trial
        raise StorageError(
            f"The run {self.name!r} cannot be resumed: its stored trial {job.number} is {trial.architecture}, but the "
            f"strategy now suggests {job.architecture}. It or the space has changed since; start a new run."
        )
