"""Laws of evaluations, latencies and recommendations."""

import math
from typing import Any

import numpy as np

from nasplug.engine.selection import RUN_OPTIONS
from nasplug.loading import discovery, options
from nasplug.testing.laws import Fault, NotApplicable, law, report_errors
from nasplug.testing.other_process import accuracies_in_worker, recipes
from nasplug.testing.space_laws import SpaceLaws, question

LATENCIES = 20  # samples whose latencies say where a window may lie
COUNT = 7  # architectures to draw from a window


class EvaluationLaws(SpaceLaws):
    """Laws of `evaluate`, `devices`, `measure_latency`, `sample_within` and `recommend`."""

    @law("evaluate")
    def test_evaluate_answers_for_both_purposes(self) -> None:
        """evaluate returns an Evaluation for `search` and for `final`, whose metrics are finite numbers.

        They are stored as JSON. Evaluation itself refuses negative costs, and accuracies that are no finite numbers.
        """
        for evaluation in self.evaluated():
            finite = all(isinstance(name, str) and math.isfinite(x) for name, x in evaluation.metrics.items())
            self.expect(finite, f"the metrics are {evaluation.metrics}")

    @law()
    def test_evaluations_lie_within_the_objective(self) -> None:
        """Accuracies lie within the bounds that the hook objective gives; without it, from 0 to 100 %.

        A run stores any other evaluation as a failed trial.
        """
        objective = self.objective()
        for evaluation in self.evaluated():
            inside = objective.low <= evaluation.accuracy <= objective.high
            self.expect(inside, f"{evaluation.accuracy:g} is not from {objective.low:g} to {objective.high:g}")

    @law()
    def test_accuracy_is_in_percent(self) -> None:
        """Accuracies are percentages, 93.2 and not 0.932, unless the hook objective names another unit.

        Strategies, plots and thresholds read them so.
        """
        if self.objective().unit != "%":
            raise NotApplicable(f"the objective is {self.objective().name}, not in percent")
        accuracies = [evaluation.accuracy for evaluation in self.evaluated()]
        self.expect(not all(0.0 < accuracy <= 1.0 for accuracy in accuracies), f"the accuracies are {accuracies}")

    @law()
    def test_evaluation_repeats(self) -> None:
        """The same architecture, purpose and seed give the same accuracy, also in another instance of the space.

        A run must be repeatable. Derive every random generator of a training from `seed`.
        """
        other = type(self)()
        for seed, architecture in enumerate(self.sampled(self.evaluations)):
            one = self.evaluate(architecture, "search", seed).accuracy
            two = other.evaluate(architecture, "search", seed).accuracy
            self.expect(one == two, f"{architecture} with seed {seed} gave {one} %, then {two} %")

    @law("a worker")
    def test_evaluation_is_the_same_in_a_worker(self) -> None:
        """evaluate gives the same accuracy in a worker process, where the space is a pickle or made of its options.

        `--with processes` and `--timeout` evaluate there. What an evaluation needs belongs to the options or the
        instance, and what cannot be pickled is left out in `__getstate__`.
        """
        space, architecture = self.new_plugin(), self.sampled(1)[0]
        here, there = (question(self.job(architecture, "search", epochs=self.epochs)) for _ in range(2))
        with report_errors("evaluate", f"evaluate({architecture}, search)"):
            expected = self.build(space, name=self.name).evaluate(**here).accuracy
        with report_errors("a worker", "an evaluation in a worker process"):
            actual = accuracies_in_worker(recipes(space), **there)
        if set(actual) != {expected} and self.build(space, name=self.name).evaluate(**here).accuracy != expected:
            raise NotApplicable("evaluations do not repeat (another law reports this)")
        message = f"{architecture} gave {expected} % here, and in a worker process {actual}"
        self.expect(set(actual) == {expected}, message)

    @law()
    def test_evaluation_leaves_the_program_alone(self) -> None:
        """evaluate neither uses nor seeds a global random generator, and prints nothing on standard output.

        Evaluations run side by side in threads, and `nasplug run --json` must print one document.
        """
        with self.no_generator_changes(), self.no_output():
            self.evaluate(self.sampled(1)[0], "search")

    def knows(self, device: str) -> bool:
        """Returns whether any of some samples has a latency on the device."""
        return any(self.latency(architecture, device) is not None for architecture in self.sampled(LATENCIES))

    def known_devices(self) -> list[str]:
        """Returns the devices whose latency is tested: the class attribute `devices`, else what the space lists."""
        return list(self.devices or filter(self.knows, self.listed_devices()))

    @law("devices")
    def test_devices_have_a_latency(self) -> None:
        """devices returns a list of names, and measure_latency knows each of them.

        Messages show the list to users, who choose from it.
        """
        self.requires("devices")
        unknown = [device for device in self.listed_devices() if not self.knows(device)]
        self.expect(not unknown, f"it lists {unknown}, on which no sample has a latency")

    @law("measure_latency")
    def test_latency_is_positive_or_none(self) -> None:
        """measure_latency returns milliseconds, finite and more than 0; None for a device that it does not know.

        Another plugin may know the device. It is asked only after None.
        """
        self.requires("measure_latency")
        cheap = "sample_within" in self.implemented()  # such a space knows latencies without measuring
        for architecture in self.sampled(LATENCIES if cheap else self.evaluations):
            for device in self.known_devices():
                latency = self.latency(architecture, device)
                self.expect(latency and 0.0 < latency < math.inf, f"{architecture} on {device!r} gave {latency!r}")
            unknown = self.latency(architecture, "a device that nobody has")
            self.expect(unknown is None, f"a device that nobody has gave {unknown!r} ms")

    @law("sample_within")
    def test_samples_lie_within_a_window(self) -> None:
        """sample_within returns None, or `count` architectures inside the window, the same for the same `rng`.

        A search with bounds on the latency draws its samples with it.
        """
        self.requires("sample_within")
        if not self.known_devices():
            raise NotApplicable("name a device that the space knows: the hook devices, or the class attribute devices")
        if not [device for device in self.known_devices() if self._samples_lie_within(device)]:
            raise NotApplicable("it returns None for windows in the middle of the samples")

    def _samples_lie_within(self, device: str) -> bool:
        """Tests a window in the middle of the latencies on a device; returns False where the answer is None."""
        latencies = sorted(x for a in self.sampled(LATENCIES) if (x := self.latency(a, device)))
        if len(latencies) < LATENCIES:
            raise Fault("measure_latency", f"{len(latencies)} of {LATENCIES} samples have a latency on {device!r}")
        low, high = latencies[5], latencies[-5]
        window: dict[str, Any] = {"device": device, "low": low, "high": high, "count": COUNT}
        first, again = (self.call("sample_within", rng=np.random.default_rng(0), **window) for _ in range(2))
        if first is None:
            return False
        self.expect(len(first) == COUNT, f"asked for {COUNT} it gave {len(first)}")
        inside = [self.latency(architecture, device) for architecture in first]
        self.expect(all(x is not None and low <= x <= high for x in inside), f"{low} to {high} ms gave {inside} ms")
        self.expect(list(first) == list(again), "the same generator gave other architectures")
        return True

    @law("recommend")
    def test_recommendations_are_options(self) -> None:
        """recommend returns None, or values for options that the strategy has.

        An unknown option ends every run of this space with that strategy.
        """
        self.requires("recommend")
        strategies = {plugin.name for plugin in discovery.installed("strategy")}
        for strategy in sorted(strategies):
            recommended = self.call("recommend", strategy=strategy) or {}
            unknown = sorted({*recommended} - {*options.fields(discovery.load("strategy", strategy)), *RUN_OPTIONS})
            self.expect(not unknown, f"for {strategy!r} it recommends {unknown}, which are not options of it")
        if not strategies:
            raise NotApplicable("no strategy is installed")
