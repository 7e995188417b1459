"""The jobs of a run that have no trial yet."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from nasplug.types import Job


@attrs.define(eq=False)
class OpenJobs:
    """Open jobs by number, which of them wait for the answer of another one, and who has them.

    Of jobs with the same network, purpose and fidelity the first is evaluated; the others follow it. `stored` are the
    numbers of those that the store knows.
    """

    jobs: dict[int, Job]
    stored: set[int] = attrs.field(factory=set)
    _leaders: dict[Any, int] = attrs.field(factory=dict, init=False)
    _followers: dict[int, list[Job]] = attrs.field(factory=dict, init=False)
    _lent: dict[int, float] = attrs.field(factory=dict, init=False)  # until when somebody has a job

    def replace(self, stored: Iterable[Job], lent: Mapping[int, float]) -> None:
        """Forgets all jobs and adds the stored ones; `lent` says until when each is somebody's."""
        for part in (self.jobs, self._leaders, self._followers):
            part.clear()
        for job in stored:
            self.add(job)
        self.stored, self._lent = set(self.jobs), dict(lent)

    def add(self, job: Job) -> bool:
        """Adds a job; returns whether it follows no other."""
        self.jobs[job.number] = job
        leader = self._leaders.setdefault(question(job), job.number)
        if leader == job.number:
            return True
        self._followers.setdefault(leader, []).append(job)
        return False

    def followers(self, number: int) -> list[Job]:
        """Returns the jobs that wait for the answer of another one."""
        return self._followers.get(number, [])

    def not_stored(self) -> list[Job]:
        """Returns the jobs that the store does not know."""
        return [job for number, job in self.jobs.items() if number not in self.stored]

    def _leads(self, number: int) -> bool:
        return self._leaders[question(self.jobs[number])] == number

    def lend(self, number: int, until: float) -> None:
        """Gives a job to somebody, in seconds since the epoch."""
        self._lent[number] = until

    def free(self, now: float) -> list[Job]:
        """Returns the jobs that follow no other and are nobody's."""
        leading = self._leaders.values()
        return [self.jobs[number] for number in leading if self._lent.get(number, -math.inf) <= now]

    def lent(self, now: float) -> list[Job]:
        """Returns the jobs that somebody has."""
        return [self.jobs[number] for number, until in self._lent.items() if until > now and self._leads(number)]

    def close(self, number: int) -> None:
        """Removes a job that has a trial; one that led others is closed before them."""
        job = self.jobs.pop(number)
        self.stored.discard(number)
        self._lent.pop(number, None)
        leader = self._leaders.get(question(job))
        if leader == number:
            del self._leaders[question(job)]
            self._followers.pop(number, None)
        elif leader is not None:  # somebody has evaluated the follower by itself
            self._followers[leader].remove(job)


def question(job: Job) -> tuple[Any, ...]:
    """Returns what two jobs share exactly if one evaluation answers both; trainings that confirm are each their own."""
    return job.canonical, job.purpose, job.epochs, job.continues, job.seed if job.purpose == "confirm" else None
