"""Strategies that break exactly one law each, named in `breaks`; all are `Careful` with one thing wrong."""

from itertools import islice

import attrs
import numpy as np

from nasplug import Architecture, hookimpl


@attrs.define(eq=False, slots=False)
class Careful:
    """Mutates the incumbent, never pays twice, and keeps every law."""

    seen: set = attrs.field(factory=set, init=False)
    learnt: list = attrs.field(factory=list, init=False)

    @hookimpl
    def on_start(self, run):
        self.seen.clear()
        self.learnt.clear()

    @hookimpl
    def suggest(self, run, count):
        return list(islice(self.new(run), count))

    @hookimpl
    def on_trial(self, run, trial):
        self.seen.add(trial.canonical)

    def new(self, run):
        """Yields new networks until a thousand in a row are known."""
        known = self.seen | {self.form(run, architecture) for architecture in run.pending}
        misses = 0
        while misses < 1000:
            candidate = self.candidate(run)
            form = self.form(run, candidate)
            misses = misses + 1 if form in known else 0
            if not misses:
                known.add(form)
                yield candidate

    def form(self, run, architecture):
        return run.hook.canonical(architecture=architecture)

    def candidate(self, run):
        complete_trials = [trial for trial in run.trials if trial.evaluation]
        if not complete_trials or run.rng.random() < 0.2:
            return run.hook.sample(rng=run.rng)
        return run.hook.mutate(architecture=self.parent(complete_trials).architecture, rng=run.rng)

    def parent(self, complete_trials):
        return max(complete_trials, key=lambda trial: trial.accuracy)


class MisspeltHook(Careful):
    breaks = "test_hooks_exist"

    @hookimpl
    def on_trail(self, run, trial):
        self.seen.add(trial.canonical)


class Silent:
    breaks = "test_required_hooks_are_there"

    @hookimpl
    def on_trial(self, run, trial):
        return None


class ReturnsNothing(Careful):
    breaks = "test_searches"

    @hookimpl
    def suggest(self, run, count):
        Careful.suggest(self, run, count)


class TooMany(Careful):
    breaks = "test_suggests_no_more_than_asked"

    @hookimpl
    def suggest(self, run, count):
        return Careful.suggest(self, run, max(count, 2))


class MakesCodesUp(Careful):
    breaks = "test_suggests_valid_architectures"

    def candidate(self, run):
        found = Careful.candidate(self, run)
        return Architecture(found.space, (*found.code[:-1], found.code[-1] + 4)) if run.rng.random() < 0.2 else found

    def form(self, run, architecture):
        try:
            return run.hook.canonical(architecture=architecture)
        except ValueError:
            return str(architecture)


class ComparesCodes(Careful):
    breaks = "test_never_pays_twice"

    @hookimpl
    def on_trial(self, run, trial):
        self.seen.add(str(trial.architecture))

    def form(self, run, architecture):
        return str(architecture)


class TrustsEveryTrial(Careful):
    breaks = "test_survives_failed_trials"

    def candidate(self, run):
        if not run.trials or run.rng.random() < 0.2:
            return run.hook.sample(rng=run.rng)
        best = max(run.trials, key=lambda trial: trial.evaluation.accuracy)
        return run.hook.mutate(architecture=best.architecture, rng=run.rng)


class OwnGenerator(Careful):
    breaks = "test_is_repeatable"

    def candidate(self, run):
        run.rng = np.random.default_rng()
        return Careful.candidate(self, run)


class FixedSeed(Careful):
    breaks = "test_seeds_matter"

    @hookimpl
    def suggest(self, run, count):
        run.rng = np.random.default_rng(len(run.trials))
        return Careful.suggest(self, run, count)

    def candidate(self, run):
        if len(run.trials) < 6:
            return run.hook.sample(rng=run.rng)
        return Careful.candidate(self, run)


class RemembersTheLastRun(Careful):
    breaks = "test_a_second_run_starts_anew"

    @hookimpl
    def on_start(self, run):
        self.learnt.clear()


class ForgetsReplayed(Careful):
    breaks = "test_told_trials_give_the_same_suggestions"

    @hookimpl
    def on_trial(self, run, trial):
        self.seen.add(trial.canonical)
        if not run.replaying and trial.evaluation and trial.purpose == "search":
            self.learnt.append(trial)

    def candidate(self, run):
        if not self.learnt or run.rng.random() < 0.2:
            return run.hook.sample(rng=run.rng)
        return run.hook.mutate(architecture=self.parent(self.learnt).architecture, rng=run.rng)


class RaisesWhenReplayed(Careful):
    breaks = "test_told_trials_give_the_same_suggestions"

    @hookimpl
    def on_trial(self, run, trial):
        if run.replaying:
            raise KeyError(trial.number)
        self.seen.add(trial.canonical)


class CountsItsCalls(Careful):
    """Samples at every fourth call of suggest, which a resumed run does not repeat."""

    breaks = "test_told_trials_give_the_same_suggestions"
    calls = 0

    @hookimpl
    def on_start(self, run):
        Careful.on_start(self, run)
        self.calls = 0

    @hookimpl
    def suggest(self, run, count):
        self.calls += 1
        return Careful.suggest(self, run, count)

    def candidate(self, run):
        return run.hook.sample(rng=run.rng) if self.calls % 4 == 0 else Careful.candidate(self, run)


class RemembersItsSuggestions(Careful):
    """Knows by itself what is pending, which matters with --async alone."""

    breaks = "test_told_trials_give_the_same_suggestions"

    @hookimpl
    def suggest(self, run, count):
        suggestions = Careful.suggest(self, run, count)
        self.seen.update(self.form(run, architecture) for architecture in suggestions)
        return suggestions

    def candidate(self, run):
        return run.hook.sample(rng=run.rng) if len(self.seen) % 5 == 0 else Careful.candidate(self, run)


class LearnsFromFinals(Careful):
    breaks = "test_told_trials_give_the_same_suggestions"

    @hookimpl
    def on_trial(self, run, trial):
        self.seen.add(trial.canonical)
        if trial.evaluation and (not self.learnt or trial.accuracy > self.learnt[0].accuracy):
            self.learnt[:] = [trial]

    def candidate(self, run):
        if not self.learnt or run.rng.random() < 0.2:
            return run.hook.sample(rng=run.rng)
        return run.hook.mutate(architecture=self.learnt[0].architecture, rng=run.rng)


class KeepsACheckpoint(Careful):
    """Remembers outside of its instance that a search was interrupted."""

    breaks = "test_a_resumed_search_is_the_same"
    interrupted = False

    @hookimpl
    def on_start(self, run):
        Careful.on_start(self, run)
        self.samples, type(self).interrupted = self.interrupted, False

    @hookimpl
    def on_stop(self, run, reason):
        type(self).interrupted = reason == "interrupted"

    def candidate(self, run):
        return run.hook.sample(rng=run.rng) if self.samples else Careful.candidate(self, run)


class Endless(Careful):
    breaks = "test_ends_where_nothing_is_new"

    def new(self, run):
        while True:
            yield from Careful.new(self, run)


class ExpectsTurns(Careful):
    breaks = "test_works_asynchronously"

    @hookimpl
    def suggest(self, run, count):
        if run.next_number != len(run.trials):
            raise RuntimeError("somebody else suggested something")
        return Careful.suggest(self, run, count)


class NeedsAList(Careful):
    breaks = "test_works_on_a_bare_space"

    @hookimpl
    def suggest(self, run, count):
        list(islice(run.hook.enumerate_space(), count))
        return Careful.suggest(self, run, count)


class PlansForMore(Careful):
    """Begins to learn after the whole of a large budget, and does not say so."""

    breaks = "test_results_matter"

    def candidate(self, run):
        if run.budget == 100:
            return run.hook.sample(rng=run.rng)
        return Careful.candidate(self, run)


class PrefersTheWorst(Careful):
    breaks = "test_beats_random_search"

    def parent(self, complete_trials):
        return min(complete_trials, key=lambda trial: trial.accuracy)


class SeedsNumpy(Careful):
    breaks = "test_leaves_the_program_alone"

    @hookimpl
    def on_start(self, run):
        Careful.on_start(self, run)
        np.random.seed(run.seed)


class Prints(Careful):
    breaks = "test_leaves_the_program_alone"

    @hookimpl
    def on_trial(self, run, trial):
        print(trial.accuracy)
        self.seen.add(trial.canonical)


class SortsTheTrials(Careful):
    breaks = "test_leaves_the_trials_alone"

    @hookimpl
    def suggest(self, run, count):
        run.trials.sort(key=lambda trial: -(trial.accuracy or 0.0))
        return Careful.suggest(self, run, count)
