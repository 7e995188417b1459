"""`MiddlewareConformance`: all laws of middleware."""

from typing import Any, ClassVar

from nasplug.engine.result import Result
from nasplug.errors import first_line
from nasplug.testing.contract import PluginConformance
from nasplug.testing.laws import law
from nasplug.testing.searches import difference, outcomes, run_interrupted, run_search, search_trials
from nasplug.testing.toy import HillClimber, PlainSpace, Toy


class MiddlewareConformance(PluginConformance):
    """The laws of middleware: `class TestMine(MiddlewareConformance): middleware = "mine"`.

    `middleware` is a name, a class or an instance; `options` are its options. Middleware must not change the trials
    of a search. Where that is its purpose, its class says so:
    `conformance_exempt: ClassVar = {"test_…": "the reason"}`.
    """

    kind: ClassVar = "middleware"
    middleware: ClassVar[Any]
    budget: ClassVar[int] = 25

    def search(self, space: Any = None, plugin: Any = None, **settings: Any) -> Result:
        """Returns the result of a search with the middleware, a new instance unless `plugin` is given."""
        self.build(Toy(), middleware=[self.new_plugin()])
        return self.search_without(space, middleware=[plugin or self.new_plugin()], **settings)

    def search_without(self, space: Any = None, **settings: Any) -> Result:
        """Returns the result of the same search without the middleware."""
        return run_search(space or Toy(noise=0.0), HillClimber(), **{"budget": self.budget} | settings)

    @law()
    def test_executes_and_watches_are_booleans(self) -> None:
        """The class attributes `executes` and `watches` are True or False, where they are set.

        They decide the order of middleware, and whether a run may be resumed without it.
        """
        plugin = self.new_plugin()
        values = {name: getattr(plugin, name) for name in ("executes", "watches") if hasattr(plugin, name)}
        self.expect(all(isinstance(value, bool) for value in values.values()), f"they are {values}")

    @law()
    def test_executors_answer_evaluate(self) -> None:
        """Middleware with `executes = True` implements evaluate, and not as a wrapper.

        It evaluates in place of the space. A wrapper only sees what another plugin answers.
        """
        if getattr(self.new_plugin(), "executes", False) is True:
            evaluate = self.implemented().get("evaluate")
            self.expect(evaluate, "there is no evaluate marked with hookimpl")
            self.expect(not getattr(evaluate, "nasplug_impl", {})["wrapper"], "evaluate is a wrapper")

    @law()
    def test_executors_are_innermost(self) -> None:
        """Middleware with `executes = True` marks evaluate neither with tryfirst nor with trylast.

        Then nasplug calls it after all other middleware. Otherwise a cache, for instance, would answer too late.
        """
        if getattr(self.new_plugin(), "executes", False) is True:
            marks = getattr(self.implemented().get("evaluate"), "nasplug_impl", {})
            self.expect(not (marks.get("tryfirst") or marks.get("trylast")), "evaluate is marked with one of them")

    @law()
    def test_executors_take_an_instance_as_it_is(self) -> None:
        """Middleware with `executes = True` evaluates with the instance that the caller gave, or an equal one.

        An instance of a plain class has no options from which it could be made again. `SpaceRecipe.of(run)` knows that.
        """
        if getattr(self.new_plugin(), "executes", False) is True:
            accuracies = [accuracy for _, accuracy in outcomes(self.search(PlainSpace(70.0), budget=3))]
            self.expect(accuracies == [70.0] * 3, f"a space of 70 % gave {accuracies}")

    @law()
    def test_executors_pass_errors_on(self) -> None:
        """With middleware with `executes = True`, an error of an evaluation keeps its class and its text.

        It is stored with the failed trial, and tells users what to mend. Some errors cannot be pickled.
        """
        if getattr(self.new_plugin(), "executes", False) is True:
            space, settings = PlainSpace(fails=True), {"budget": 8, "batch": 8}
            own, plain = (search_trials(s(space, **settings)) for s in (self.search, self.search_without))
            errors = [{first_line(trial.error) for trial in trials} for trials in (own, plain)]
            self.expect(errors[0] == errors[1], f"{errors[1]} without it is {errors[0]} with it")

    @law("search")
    def test_a_search_completes(self) -> None:
        """A search with the middleware raises nothing.

        Whatever a hook of middleware raises ends the run.
        """
        self.search()

    @law()
    def test_the_search_is_the_same(self) -> None:
        """A search gives the same trials with the middleware as without it.

        Return None from evaluate to let the next plugin answer. A wrapper returns what it got from yield.
        """
        own, plain = outcomes(self.search()), outcomes(self.search_without())
        self.expect(own == plain, f"without it and with it: {difference(plain, own)}")

    @law()
    def test_the_final_evaluation_is_the_same(self) -> None:
        """The final evaluation has the same accuracy with the middleware as without it.

        Look at `purpose`: a validation accuracy does not answer `final`.
        """
        own, plain = self.search().trials[-1], self.search_without().trials[-1]
        if own.architecture == plain.architecture:
            self.expect(own.accuracy == plain.accuracy, f"it is {own.accuracy} %, not {plain.accuracy} %")

    @law()
    def test_failures_stay_failures(self) -> None:
        """An evaluation that raises becomes a failed trial, also with the middleware.

        Nobody learns of an error that middleware swallows. Use --retries to evaluate again.
        """
        space = Toy(noise=0.0, fails=0.5)
        own, plain = (search_trials(search(space, seed=1)) for search in (self.search, self.search_without))
        for with_it, without in zip(own, plain, strict=False):
            same = with_it.state == without.state
            self.expect(same, f"trial {without.number}, {without.state} without it, is {with_it.state} with it")

    @law()
    def test_a_second_run_starts_anew(self) -> None:
        """An instance that has served one run behaves in the next one as a new instance would.

        on_start begins a run. Reset there whatever belongs to the last one.
        """
        used = self.new_plugin()
        self.search(None, used)
        settings = {"space": Toy(noise=0.0, shift=3.0), "seed": 0}
        second, new = (outcomes(self.search(plugin=plugin, **settings)) for plugin in (used, None))
        plain = outcomes(self.search_without(**settings))
        self.expect(second in (plain, new), f"in a first and in a second run: {difference(new, second)}")

    @law("resume")
    def test_a_resumed_search_is_the_same(self) -> None:
        """A search that is interrupted and resumed makes the trials that it would have made uninterrupted.

        A resumed run calls on_trial again for its stored trials, while run.replaying is true.
        """
        whole, space = outcomes(self.search()), Toy(noise=0.0)
        plugins = (lambda: space), HillClimber, lambda: [self.new_plugin()]
        resumed = outcomes(run_interrupted(plugins, len(whole) // 2, budget=self.budget))
        self.expect(resumed == whole, f"whole and resumed: {difference(whole, resumed)}")

    @law("a search with workers")
    def test_several_workers_find_the_same(self) -> None:
        """With four workers, a search gives the same trials with the middleware as without it.

        evaluate is called from several threads at the same time.
        """
        self.search()
        own = outcomes(self.search(workers=4, batch=4, subject="a search with workers"))
        plain, alone = outcomes(self.search_without(workers=4, batch=4)), outcomes(self.search(batch=4))
        self.expect(own in (plain, alone), f"without it and with it: {difference(plain, own)}")

    @law()
    def test_leaves_the_program_alone(self) -> None:
        """The middleware neither uses nor seeds a global random generator, and prints nothing on standard output.

        `nasplug run --json` must print one document. Write messages to standard error.
        """
        with self.no_generator_changes(), self.no_output():
            self.search()
