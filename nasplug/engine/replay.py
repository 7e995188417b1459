"""A batch that was cut off and whose open jobs are not stored: the strategy is asked for it again.

A run that has grown has one where its budget ended inside a batch. So has a run of version 0.1 that was killed there.
"""

from collections.abc import Collection, Mapping, Sequence

import attrs

from nasplug.engine.evaluation import duplicate
from nasplug.engine.open_jobs import question
from nasplug.engine.settings import Settings
from nasplug.errors import StorageError
from nasplug.types import Job, Suggestion, Trial


@attrs.define(eq=False)
class Replay:
    """The stored search trials of the run `name` by number: they answer the jobs that the strategy suggests again.

    With `must_agree` the strategy has to suggest what is stored.
    """

    name: str = ""
    trials: dict[int, Trial] = attrs.field(factory=dict)
    must_agree: bool = True

    @classmethod
    def of_cut_off(
        cls, name: str, searched: Mapping[int, Trial], known: Collection[int], settings: Settings
    ) -> "Replay":
        """Returns a replay of the stored trials of a batch that is not whole; an empty one where every batch is.

        Version 0.1 did not store its open jobs: where trials of a batch are missing, the strategy has to be asked for
        everything again. `searched` are in the order of their numbers, `known` the numbers of all trials and open jobs.
        """
        if any(number not in known for number in range(max(searched, default=0))):
            return cls(name, dict(searched))
        first = len(settings.first)  # which are batches of their own
        cut_off = (len(searched) - first if len(searched) >= first else len(searched)) % settings.batch
        return cls(name, dict(list(searched.items())[len(searched) - cut_off :]), must_agree=False)

    def agrees(self, suggestions: Sequence[Suggestion]) -> bool:
        """Returns whether the strategy suggests what is stored, and perhaps more, or has to."""
        stored = [trial.architecture for trial in self.trials.values()]
        return self.must_agree or [each.architecture for each in suggestions[: len(stored)]] == stored

    def answer(self, jobs: Sequence[Job]) -> tuple[list[Job], list[Trial], list[Trial]]:
        """Returns the jobs of a batch that must be evaluated, the stored trials of others, and new ones of duplicates.

        Raises `StorageError` where the strategy suggests another architecture than the stored one.
        """
        answers = {job.number: self._taken(job) for job in jobs if job.number in self.trials}
        leaders = {question(job): answers[job.number] for job in reversed(jobs) if job.number in answers}
        others = [job for job in jobs if job.number not in answers]
        new = [duplicate(job, leaders[question(job)]) for job in others if question(job) in leaders]
        return [job for job in others if question(job) not in leaders], list(answers.values()), new

    def _taken(self, job: Job) -> Trial:
        trial = self.trials.pop(job.number)
        if trial.architecture == job.architecture:
            return trial
        raise StorageError(
            f"The run {self.name!r} cannot be resumed: its stored trial {job.number} is {trial.architecture}, but the "
            f"strategy now suggests {job.architecture}. It or the space has changed since; start a new run."
        )
