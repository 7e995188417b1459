"""Laws of evaluations, latencies and recommendations."""

import json
import math
from typing import ClassVar

import numpy as np

from nasplug.engine.selection import OF_THE_RUN
from nasplug.loading import discovery, options
from nasplug.testing.laws import Fault, NotApplicable, law
from nasplug.testing.space_laws import SpaceLaws
from nasplug.types import Evaluation

DRAWN = 20  # samples whose latencies tell where a window lies


class EvaluationLaws(SpaceLaws):
    """`evaluate`, `measure_latency` and `recommend`."""

    _known: ClassVar[dict[str, Evaluation]]

    def __init_subclass__(cls) -> None:
        """Gives every conformance class a memory of its own for what its laws evaluate in common."""
        super().__init_subclass__()
        cls._known = {}

    def evaluated(self) -> list[Evaluation]:
        """Returns the evaluations of a few samples for the search; real trainings are made once."""
        for architecture in self.drawn(self.evaluations):
            if str(architecture) not in self._known:
                self._known[str(architecture)] = self.evaluate(architecture, "search")
        return list(self._known.values())

    @law("evaluate")
    def test_evaluate_answers_for_both_purposes(self) -> None:
        """evaluate returns an Evaluation for `search` and for `final`, whose metrics are finite numbers.

        Evaluation itself refuses accuracies outside 0 to 100, and costs that are negative or infinite.
        """
        for found in [*self.evaluated(), self.evaluate(self.drawn(1)[0], "final")]:
            numbers = all(isinstance(k, str) and math.isfinite(v) for k, v in found.metrics.items())
            self.expect(numbers, f"the metrics are {found.metrics}")
            try:
                json.dumps({name: float(value) for name, value in found.metrics.items()})
            except (TypeError, ValueError) as error:
                raise Fault("evaluate", f"the metrics {found.metrics} are not JSON: {error}") from error

    @law()
    def test_accuracy_is_in_percent(self) -> None:
        """Accuracies are percentages: 93.2, not 0.932.

        Strategies, plots and thresholds of everybody read them so.
        """
        found = [evaluation.accuracy for evaluation in self.evaluated()]
        self.expect(not all(0.0 < accuracy <= 1.0 for accuracy in found), f"the accuracies are {found}")

    @law()
    def test_evaluation_repeats(self) -> None:
        """The same architecture, purpose and seed give the same accuracy, also in another instance of the space.

        A run must be repeatable: derive every generator of a training from the argument seed.
        """
        other = self.build(self.fresh(), name=self.name)
        for seed, architecture in enumerate(self.drawn(self.evaluations)):
            one = self.evaluate(architecture, "search", seed).accuracy
            two = self.evaluate(architecture, "search", seed, other).accuracy
            self.expect(one == two, f"{architecture} with seed {seed} gave {one} %, then {two} %")

    @law()
    def test_evaluation_leaves_the_program_alone(self) -> None:
        """evaluate uses and seeds no global generator, and prints nothing on standard output.

        Evaluations run side by side in threads, and `nasplug run --json` prints one document.
        """
        with self.untouched(), self.silent():
            self.evaluate(self.drawn(1)[0], "search")

    @law("measure_latency")
    def test_latency_is_positive_or_none(self) -> None:
        """measure_latency returns milliseconds, finite and more than 0; None for a device that the space does not know.

        Another plugin may know the device: an exception or a made-up number would keep it from being asked.
        """
        self.needs("measure_latency")
        cheap = "sample_within" in self.implemented()  # who samples a window knows latencies without measuring
        for architecture in self.drawn(DRAWN if cheap else self.evaluations):
            for device in self.devices:
                found = self.latency(architecture, device)
                positive = found is not None and 0.0 < found < math.inf
                self.expect(positive, f"{architecture} on {device!r} gave {found!r}")
            unknown = self.latency(architecture, "a device that nobody has")
            self.expect(unknown is None, f"a device that nobody has gave {unknown!r} ms")

    @law("sample_within")
    def test_samples_lie_within_a_window(self) -> None:
        """sample_within returns `count` architectures inside the window, the same for the same generator; or None.

        It is what a search with bounds on the latency draws from.
        """
        self.needs("sample_within")
        if not self.devices:
            raise NotApplicable("name a device whose latency the space tells: --device, or the class attribute devices")
        if not [device for device in self.devices if self._lie_within(device)]:
            raise NotApplicable("it returns None for windows in the middle of the samples")

    def _lie_within(self, device: str) -> bool:
        """Returns whether samples of a window on the device could be tried."""
        known = sorted(found for one in self.drawn(DRAWN) if (found := self.latency(one, device)))
        if len(known) < DRAWN:
            raise Fault("measure_latency", f"{len(known)} of {DRAWN} samples have a latency on {device!r}")
        low, high = known[5], known[-5]
        asked = {"device": device, "low": low, "high": high, "count": 7}
        if (found := self.ask("sample_within", rng=np.random.default_rng(0), **asked)) is None:
            return False
        self.expect(len(found) == 7, f"asked for 7 it gave {len(found)}")
        times = [self.latency(architecture, device) for architecture in found]
        inside = all(time is not None and low <= time <= high for time in times)
        self.expect(inside, f"it gave {times} ms for {low} to {high} ms on {device!r}")
        again = self.ask("sample_within", rng=np.random.default_rng(0), **asked)
        self.expect(list(found) == list(again), "the same generator gave other architectures")
        return True

    @law("recommend")
    def test_recommendations_are_options(self) -> None:
        """recommend returns None, or values for options that the strategy has.

        A name that the strategy does not know would end every run of the two.
        """
        self.needs("recommend")
        strategies = {p.name for p in discovery.installed("strategy")}
        for strategy in sorted(strategies):
            found = self.ask("recommend", strategy=strategy) or {}
            known = {*options.fields(discovery.load("strategy", strategy)), *OF_THE_RUN}
            unknown = sorted(set(found) - known)
            self.expect(not unknown, f"for {strategy!r} it recommends {unknown}, which are no options of it")
        if not strategies:
            raise NotApplicable("no strategy is installed")
