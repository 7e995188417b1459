"""The jobs of a run that have no trial yet."""

from collections.abc import Iterable
from typing import Any

import attrs

from nasplug.types import Job


@attrs.define(eq=False)
class OpenJobs:
    """Open jobs by number, and which of them wait for the answer of another one.

    Of jobs with the same network, purpose and fidelity the first is evaluated; the others follow it. `stored` are the
    numbers of those that the store knows.
    """

    jobs: dict[int, Job]
    stored: set[int] = attrs.field(factory=set)
    _leaders: dict[Any, int] = attrs.field(factory=dict, init=False)
    _followers: dict[int, list[Job]] = attrs.field(factory=dict, init=False)

    def replace(self, stored: Iterable[Job]) -> list[Job]:
        """Forgets all jobs, adds the stored ones, and returns those that follow no other."""
        for part in (self.jobs, self._leaders, self._followers):
            part.clear()
        leading = [job for job in stored if self.add(job)]
        self.stored = set(self.jobs)
        return leading

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

    def close(self, number: int) -> None:
        """Removes a job that has a trial; one that led others is closed before them."""
        job = self.jobs.pop(number)
        self.stored.discard(number)
        leader = self._leaders.get(question(job))
        if leader == number:
            del self._leaders[question(job)]
            self._followers.pop(number, None)
        elif leader is not None:  # somebody has evaluated the follower by itself
            self._followers[leader].remove(job)


def question(job: Job) -> tuple[Any, ...]:
    """Returns what two jobs share exactly if one evaluation answers both."""
    return job.canonical, job.purpose, job.epochs, job.continues
