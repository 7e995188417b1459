"""`MiddlewareConformance`: all laws of middleware."""

from typing import Any, ClassVar

from nasplug.engine.result import Result
from nasplug.testing.contract import PluginConformance
from nasplug.testing.laws import Fault, law
from nasplug.testing.reference_plugins import Climb
from nasplug.testing.searches import interrupted, search_trials, searched, told
from nasplug.testing.toy import Toy


class MiddlewareConformance(PluginConformance):
    """The laws of middleware: `class TestMine(MiddlewareConformance): middleware = "mine"`.

    `middleware` is a name, a class or an instance; `options` are its own. Middleware may answer instead of a space and
    end a run, but by default it must not change what a search finds. One that exists to change it says so in a class
    attribute, `conformance_exempt: ClassVar = {"test_…": "the reason"}`.
    """

    kind: ClassVar = "middleware"
    middleware: ClassVar[Any]
    budget: ClassVar[int] = 25

    def search(self, space: Any = None, made: Any = None, **settings: Any) -> Result:
        """Returns the result of a search with the middleware."""
        self.build(Toy(), middleware=[self.fresh()])
        middleware = [made or self.fresh()]
        return searched(space or Toy(noise=0.0), Climb(), middleware=middleware, **{"budget": self.budget} | settings)

    def without(self, space: Any = None, **settings: Any) -> Result:
        """Returns the result of the same search without the middleware."""
        return searched(space or Toy(noise=0.0), Climb(), **{"budget": self.budget} | settings)

    @law("search")
    def test_a_search_completes(self) -> None:
        """A search with the middleware raises nothing.

        What a hook of middleware raises ends the run.
        """
        self.search()

    @law()
    def test_the_search_is_the_same(self) -> None:
        """A search finds the same with the middleware as without it.

        evaluate returns None to let the next plugin answer; a wrapper returns what it got from yield.
        """
        own, plain = told(self.search()), told(self.without())
        self.expect(own == plain, f"{len(own)} trials instead of {len(plain)}, or others: {own[:2]}, not {plain[:2]}")

    @law()
    def test_the_final_evaluation_is_the_same(self) -> None:
        """The final evaluation of the best has the same accuracy with the middleware as without it.

        `purpose` is part of the question: a validation accuracy is no answer to `final`.
        """
        own, plain = self.search().trials[-1], self.without().trials[-1]
        if own.architecture == plain.architecture:
            self.expect(own.accuracy == plain.accuracy, f"it is {own.accuracy} %, not {plain.accuracy} %")

    @law()
    def test_failures_stay_failures(self) -> None:
        """An evaluation that raises becomes a failed trial, also with the middleware.

        Nobody learns of a problem that middleware swallows. Retries are the run's (--retries).
        """
        space = Toy(noise=0.0, fails=0.5)
        own, plain = self.search(space, seed=1), self.without(space, seed=1)
        for with_it, without_it in zip(search_trials(own), search_trials(plain), strict=False):
            same = with_it.state == without_it.state
            self.expect(same, f"trial {without_it.number}, {without_it.state} without it, is {with_it.state} with it")

    @law()
    def test_a_second_run_starts_anew(self) -> None:
        """An instance that was used for one run serves another as if it were new.

        on_start begins a run: forget there what belongs to the last one.
        """
        made = self.fresh()
        self.search(None, made)
        better = {"space": Toy(noise=0.0, shift=3.0), "seed": 0}
        own, plain = told(self.search(made=made, **better)), told(self.without(**better))
        alone = told(self.search(**better))
        self.expect(own in (plain, alone), f"the second run told {own[:2]}, a first one tells {alone[:2]}")

    @law("resume")
    def test_a_resumed_search_is_the_same(self) -> None:
        """A search that was interrupted and resumed makes the trials that it would have made.

        The trials of before are told again, while run.replaying is True.
        """
        whole = told(self.search())
        space = Toy(noise=0.0)
        found = interrupted(lambda: space, Climb, lambda: [self.fresh()], len(whole) // 2, budget=self.budget)
        self.expect(told(found) == whole, f"{len(told(found))} trials instead of {len(whole)}, or others")

    @law()
    def test_several_workers_find_the_same(self) -> None:
        """With four workers a search finds the same with the middleware as without it.

        evaluate is called from several threads at a time.
        """
        self.search()
        try:
            own = told(self.search(workers=4, batch=4))
        except Fault as fault:
            self.expect(False, str(fault))
        plain, alone = told(self.without(workers=4, batch=4)), told(self.search(batch=4))
        self.expect(own in (plain, alone), f"{own[:4]} instead of {plain[:4]}")

    @law()
    def test_leaves_the_program_alone(self) -> None:
        """It uses and seeds no global generator, and prints nothing on standard output.

        `nasplug run --json` prints one document; what is for people goes to standard error.
        """
        with self.untouched(), self.silent():
            self.search()
