"""One run as questions and answers: jobs are asked for, and their trials recorded, by whoever evaluates them."""

import math
from collections.abc import Iterable

import attrs

from nasplug.engine.confirmation import missing_confirmations
from nasplug.engine.evaluation import Clock, Evaluator, derived_seed, duplicate
from nasplug.engine.folders import Folders
from nasplug.engine.open_jobs import OpenJobs
from nasplug.engine.replay import Replay
from nasplug.engine.result import Result
from nasplug.engine.run import ActiveRun
from nasplug.engine.space_facts import answerers, fidelities_of
from nasplug.engine.store import Store
from nasplug.engine.suggestions import Suggestions
from nasplug.engine.telling import Telling
from nasplug.errors import NasplugError, PluginError, error_text
from nasplug.types import Architecture, Job, JobPurpose, Suggestion, Trial

TRIALS, CONFIRMATIONS = 1, 4  # the streams of training seeds


@attrs.define(eq=False, repr=False)
class Session:
    """Hands out the jobs of a run, and stores and tells their trials.

    Of jobs with equal networks, purposes and fidelities that are open at the same time one is handed out, and the
    others get its answer. A trial is stored before any plugin hears of it.

    Args:
        run: the run
        store: where trials and open jobs are kept
        in_order: whether plugins hear of trials in the order of their numbers; else as they come
        is_external: whether somebody else evaluates; then every open job is stored, for other processes to tell
    """

    run: ActiveRun
    store: Store
    folders: Folders
    in_order: bool = True
    is_external: bool = False
    clock: Clock = attrs.field(factory=Clock)
    evaluator: Evaluator = attrs.field(init=False)
    uncommitted: list[Trial] = attrs.field(factory=list, init=False)
    _suggestions: Suggestions = attrs.field(init=False)
    _numbers: set[int] = attrs.field(factory=set, init=False)  # of all stored trials
    _searched: int = attrs.field(default=0, init=False)  # stored search trials
    _reported: set[Architecture] = attrs.field(factory=set, init=False)  # what needs no final evaluation any more
    _open: OpenJobs = attrs.field(init=False)
    _telling: Telling = attrs.field(init=False)
    _replay: Replay = attrs.field(factory=Replay, init=False)
    _continues: bool = attrs.field(default=False, init=False)  # whether trainings of the space can go on
    _announces: bool = attrs.field(default=True, init=False)  # whether a plugin hears of jobs
    _has_folders: bool = attrs.field(default=True, init=False)  # whether somebody may ask a job for its folder

    def __attrs_post_init__(self) -> None:
        run, settings = self.run, self.run.settings
        window = settings.latency_window
        self.evaluator = Evaluator(run.hook, run.goal, settings.device, window, settings.retries, self.now)
        self._suggestions = Suggestions(run)
        self._open = OpenJobs(run.open)
        self._telling = Telling(run, self.in_order, self.is_external)

    def __repr__(self) -> str:
        """Returns one line, whatever the number of trials."""
        return f"<Session of {self.run!r}>"

    def now(self) -> float:
        """Returns the seconds since the epoch, later than all that is stored."""
        return self.clock.now()

    # ------------------------------------------------------------------ beginning and end

    def start(self, known: Iterable[Trial] = ()) -> None:
        """Starts every plugin, and tells them the trials that are stored or known."""
        run = self.run
        run.hook.on_start(run=run)
        _, self._continues = fidelities_of(run.hook)
        listeners = run.hook.on_job.get_hookimpls()
        self._announces = bool(listeners)
        see_jobs = ["job" in each.argnames for each in [*listeners, *run.hook.evaluate.get_hookimpls()]]
        self._has_folders = self.is_external or any(see_jobs)
        self.load()
        if known := [] if run.known or run.trials else list(known):
            self.store.add(known)
            self._take(known)
            self._telling.tell_held()

    def load(self) -> None:
        """Takes over what other processes have stored: trials, and jobs without one."""
        run = self.run
        trials = self.store.trials(self._numbers)
        stored = self.store.open_jobs()
        self.clock = Clock(max([self.now(), *(trial.finished for trial in trials)]))
        self._telling.replayed = {trial.number for trial in trials}
        self._take(trials)
        forever = math.inf if self.is_external else -math.inf  # the driver of a search is gone
        jobs = [attrs.evolve(job, folder=self.folders.path(job.number)) for job, _ in stored]
        self._open.replace(jobs, {job.number: forever if until is None else until for job, until in stored})
        run.suggested = self._searched + sum(job.purpose == "search" for job in run.open.values())
        run.next_number = max([*self._numbers, *run.open, -1]) + 1
        if self.in_order:
            self._replay_what_was_cut_off()
        self._telling.tell_held()
        if self.is_external:  # the process that was told of the last failure is gone
            self._telling.failures.check("Mend the cause and go on with a larger --max-failures")

    def finish(self, reason: str) -> None:
        """Tells every plugin why the run ends, and stores it. A stored run that grows may go on with its trainings."""
        self.run.tell_end(reason)
        self.store.end(reason)
        if not (self._continues and self.store.is_shared):
            self.folders.remove_all()

    def leave(self) -> None:
        """Removes the folders of a run that was in memory alone."""
        if not self.store.is_shared:
            self.folders.remove_all()

    def result(self, reason: str = "") -> Result:
        """Returns what is stored so far."""
        run, settings = self.run, self.run.settings
        trials = [trial for trial in self.store.trials() if trial.purpose != "known"]
        plugins = settings.space, settings.strategy
        return Result(run.name, *plugins, settings.seed, trials, run.storage, reason, run.goal)

    # ------------------------------------------------------------------ asking

    def ask(self, count: int, expires: float | None = None) -> list[Job]:
        """Returns at most `count` jobs to evaluate: those that nobody evaluates, else what the strategy suggests.

        An empty list means that the search waits for open jobs, or has ended where there are none.
        """
        run = self.run
        if run.stop_reason:
            return []
        jobs = self._free("search")[:count]
        if len(jobs) < count and not (run.exhausted or (jobs and self.in_order)):
            jobs += self._new_jobs(count - len(jobs))
        return self._handed_out(jobs, expires)

    def confirmations(self, count: int | None = None, expires: float | None = None) -> list[Job]:
        """Returns the jobs of at most `count` trainings that confirm; called when the search has ended."""
        self._telling.tell_held(everything=True)
        begun: list[Trial | Job] = [trial for trial in self.run.confirming if trial.evaluation or self.is_external]
        begun += [job for job in self.run.open.values() if job.purpose == "confirm"]
        new = missing_confirmations(self.run, self._suggestions.predicted_best, begun)
        return self._concluding("confirm", new, count, expires)

    def finals(self, count: int | None = None, expires: float | None = None) -> list[Job]:
        """Returns the jobs of at most `count` final evaluations; called when the search has ended, and is confirmed."""
        self._telling.tell_held(everything=True)
        begun = self._reported | {job.architecture for job in self.run.open.values() if job.purpose == "final"}
        new = [Suggestion(each) for each in self._suggestions.finalists() if each not in begun]
        return self._concluding("final", new, count, expires, len(begun))

    def _concluding(
        self, purpose: JobPurpose, new: list[Suggestion], count: int | None, expires: float | None, begun: int = 0
    ) -> list[Job]:
        jobs = self._free(purpose)[:count]
        more = new if count is None else new[: count - len(jobs)]
        made = [self._new_job(suggestion, purpose, nth) for nth, suggestion in enumerate(more, begun)]
        return self._handed_out([*jobs, *(job for job in made if self._open.add(job))], expires)

    def waits_for(self, purpose: JobPurpose) -> bool:
        """Returns whether somebody evaluates a job of that purpose."""
        return any(job.purpose == purpose for job in self._open.lent(self.now()))

    def _free(self, purpose: JobPurpose) -> list[Job]:
        """Returns the open jobs that nobody evaluates."""
        return [job for job in self._open.free(self.now()) if job.purpose == purpose] if self._open.jobs else []

    def _new_jobs(self, count: int) -> list[Job]:
        """Asks the strategy, and returns the jobs that are to be evaluated."""
        while suggestions := self._suggestions.ask(count):
            if self._replay.trials and not self._replay.agrees(suggestions):
                self._give_up_replay()
                continue
            jobs = [self._new_job(suggestion, "search") for suggestion in suggestions]
            jobs, answers, new = self._replay.answer(jobs) if self._replay.trials else (jobs, [], [])
            leading = [job for job in jobs if self._open.add(job)]
            if not answers:
                return leading
            self.store.add(new)
            self._take([*answers, *new])
            self._telling.tell_held()
            if leading:
                return leading
        return []

    def _new_job(self, suggestion: Suggestion, purpose: JobPurpose, nth: int = 0) -> Job:
        run, architecture = self.run, suggestion.architecture
        while run.next_number in self._numbers:
            run.next_number += 1  # past the final trials of a run that is replayed
        number, stream = run.next_number, (run.suggested + nth, TRIALS)
        seed = derived_seed(run.seed, *((number, CONFIRMATIONS) if purpose == "confirm" else stream))
        run.next_number, run.suggested = number + 1, run.suggested + (purpose == "search")
        canonical, key = run.hook.canonical(architecture=architecture), f"{run.name}/{number}"
        length = suggestion.epochs or run.settings.epochs, suggestion.continues
        return Job(number, key, architecture, canonical, seed, purpose, *length, self.folders.path(number))

    def _handed_out(self, jobs: list[Job], expires: float | None) -> list[Job]:
        """Stores what must not be forgotten, and tells every plugin of the jobs.

        A single job with a single driver is a function of the trials before it, and is not stored.
        """
        for job in jobs:
            self._open.lend(job.number, math.inf if expires is None else expires)
        if self.store.is_shared and (len(self._open.jobs) > 1 or self.is_external):
            for job in jobs:
                if self.is_external and job.number in self._open.stored:
                    self.store.lend(job.number, expires)
            if new := self._open.not_stored():
                self.store.open(new, expires)
                self._open.stored.update(job.number for job in new)
        if self._announces:
            for job in jobs:
                self._announce(job)
        return jobs

    def _announce(self, job: Job) -> None:
        """Tells every plugin of a job. Raises `PluginError` for whatever one of them raises."""
        try:
            self.run.hook.on_job(run=self.run, job=job)
        except NasplugError:
            raise
        except Exception as error:
            who = answerers(self.run.hook.on_job)
            raise PluginError(f"{who} raised {error_text(error)} for the job {job.key}.") from error

    # ------------------------------------------------------------------ telling

    def record(self, trial: Trial) -> None:
        """Stores a trial with those of its followers, and tells plugins of all whose turn it is."""
        trials = self.with_followers(trial)
        self.uncommitted = trials
        self.store.add(trials)
        self.uncommitted = []
        for stored in trials:
            self._open.close(stored.number)
            may_go_on = self._continues and (stored.state, stored.purpose) == ("complete", "search")
            if self._has_folders and not may_go_on:
                self.folders.remove(stored.number)
        self._take(trials)
        self._telling.tell_held()

    def with_followers(self, trial: Trial) -> list[Trial]:
        """Returns a trial and those of the open jobs that get its answer."""
        return [trial, *(duplicate(job, trial) for job in self._open.followers(trial.number))]

    def _take(self, trials: Iterable[Trial]) -> None:
        """Notes stored trials, which are told when it is their turn."""
        for trial in trials:
            self._numbers.add(trial.number)
            self._telling.held[trial.number] = trial
            self._searched += trial.purpose == "search"
            if trial.purpose == "final" and (trial.evaluation or self.is_external):
                self._reported.add(trial.architecture)

    # ------------------------------------------------------------------ batches that were cut off

    def _replay_what_was_cut_off(self) -> None:
        """Holds stored trials back, to let the strategy be asked again for the whole batch that they are of."""
        run = self.run
        held = self._telling.held
        searched = {number: held[number] for number in sorted(held) if held[number].purpose == "search"}
        replay = Replay.of_cut_off(run.name, searched, self._numbers | run.open.keys(), run.settings)
        if not replay.trials or not (replay.must_agree or (run.remaining and not run.open)):
            return
        self._replay = replay
        self._telling.held = {number: trial for number, trial in held.items() if number not in replay.trials}
        self._numbers -= replay.trials.keys()
        self._searched -= len(replay.trials)
        run.suggested -= len(replay.trials)
        run.next_number = 0 if replay.must_agree else min(replay.trials)

    def _give_up_replay(self) -> None:
        """Tells the stored trials of a strategy that suggests others when it is asked for a whole batch."""
        self._take(self._replay.trials.values())
        self.run.suggested += len(self._replay.trials)
        self._replay = Replay()
        self._telling.tell_held()
