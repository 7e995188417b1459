"""Spaces whose evaluations, latencies or advice break exactly one law each, named in `breaks`."""

import os
import threading
import time

import attrs

from nasplug import Architecture, Evaluation, hookimpl
from nasplug.testing import Toy
from nasplug.testing.toy import NAME


class BareFloat(Toy):
    breaks = "test_evaluate_answers_for_both_purposes"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        return Toy.evaluate(self, architecture, purpose, seed).accuracy


class InfiniteMetric(Toy):
    breaks = "test_evaluate_answers_for_both_purposes"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        return attrs.evolve(Toy.evaluate(self, architecture, purpose, seed), metrics={"loss": float("inf")})


class Fractions(Toy):
    breaks = "test_accuracy_is_in_percent"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        return Evaluation(Toy.evaluate(self, architecture, purpose, seed).accuracy / 100, cost=1.0)


class IgnoresTheSeed(Toy):
    breaks = "test_evaluation_repeats"

    @hookimpl
    def evaluate(self, architecture, purpose):
        return Toy.evaluate(self, architecture, purpose, seed=time.perf_counter_ns())


class AnswersForItsProcess(Toy):
    breaks = "test_evaluation_is_the_same_in_a_worker"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        evaluation = Toy.evaluate(self, architecture, purpose, seed)
        return attrs.evolve(evaluation, accuracy=evaluation.accuracy - (os.getpid() % 1000) / 1000)


class HoldsALock(Toy):
    breaks = "test_evaluation_is_the_same_in_a_worker"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        self.lock = threading.Lock()
        with self.lock:
            return Toy.evaluate(self, architecture, purpose, seed)


class Prints(Toy):
    breaks = "test_evaluation_leaves_the_program_alone"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        print("epoch 1/1")
        return Toy.evaluate(self, architecture, purpose, seed)


class ListsUnknownDevice(Toy):
    breaks = "test_devices_have_a_latency"

    @hookimpl
    def devices(self):
        return ["toyphone", "abacus"]


class OneDeviceAsText(Toy):
    breaks = "test_devices_have_a_latency"

    @hookimpl
    def devices(self):
        return "toyphone"


class NoLatency(Toy):
    breaks = "test_latency_is_positive_or_none"

    @hookimpl
    def measure_latency(self, architecture, device):
        return 10.0 if device == "toyphone" else 0.0


class LatencyOfSome(Toy):
    breaks = "test_latency_is_positive_or_none"

    @hookimpl
    def measure_latency(self, architecture, device):
        return Toy.measure_latency(self, architecture, device) if architecture.code[0] == 2 else None

    @hookimpl
    def sample_within(self, device, low, high, count, rng):
        return [Architecture(NAME, (2, *Toy.sample(self, rng).code[1:])) for _ in range(count)]


class OutsideTheWindow(Toy):
    breaks = "test_samples_lie_within_a_window"

    @hookimpl
    def sample_within(self, device, low, high, count, rng):
        return [Toy.sample(self, rng) for _ in range(count)]


class UnknownRecommendation(Toy):
    breaks = "test_recommendations_are_options"

    @hookimpl
    def recommend(self, strategy):
        return {"populaton": 12}
