"""The laws of every plugin: its class keeps the contract of the hooks, and importing it stays cheap."""

import copy
import inspect
from collections.abc import Callable, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from nasplug.errors import DiscoveryError, OptionError
from nasplug.hookspecs import HookSpecs
from nasplug.loading import discovery, manager, options
from nasplug.testing.generators import generator_states, stir
from nasplug.testing.laws import Fault, Laws, NotApplicable, law
from nasplug.testing.other_process import importable, loaded_by_import

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAVY = {"torch", "torch_geometric", "tensorflow", "keras", "jax", "pandas", "scipy", "sklearn", "matplotlib"}
NO_OPTIONS: dict[str, Any] = {}


class PluginConformance(Laws):
    """What a space, a strategy and middleware have in common."""

    kind: ClassVar[discovery.Kind]
    options: ClassVar[dict[str, Any]] = NO_OPTIONS

    def fresh(self) -> Any:
        """Returns a new instance of the plugin; whatever its class raises is a fault of the subject `making`.

        Raises `DiscoveryError` or `OptionError` where the test itself names what is not there.
        """
        try:
            return self.made()
        except DiscoveryError:
            raise
        except Exception as error:  # a law answers for whatever a foreign class raises
            if self.options and isinstance(error, OptionError):
                raise
            raise Fault("making", f"it raised {type(error).__name__}: {error}") from error

    def made(self) -> Any:
        """Returns a new instance of the plugin, with `options`."""
        subject = inspect.getattr_static(self, self.kind)
        if isinstance(subject, str):
            return manager.make(self.kind, subject, self.options)
        if isinstance(subject, type):
            return options.make(subject, self.options, subject.__name__) if attrs.has(subject) else subject()
        return attrs.evolve(subject) if attrs.has(type(subject)) else copy.deepcopy(subject)

    def exemptions(self) -> dict[str, str]:
        """Returns the laws that the test, or the plugin's class itself, says do not bind it, with the reasons."""
        own = getattr(type(self.fresh()), "conformance_exempt", {})
        if not isinstance(own, dict):
            raise Fault("exemptions", f"conformance_exempt is {own!r}, no dict of law and reason")
        if unknown := sorted({*own, *self.exempt} - {*self.laws()}):
            raise Fault("exemptions", f"there is no law {unknown[0]}: exempt from {[*own, *self.exempt]}")
        return {**own, **self.exempt}

    def implemented(self) -> dict[str, Callable[..., Any]]:
        """Returns the hooks that the plugin implements."""
        plugin = self.fresh()
        found = {name: getattr(type(plugin), name) for name in dir(type(plugin)) if not name.startswith("__")}
        return {name: method for name, method in found.items() if getattr(method, "nasplug_impl", None)}

    def build(self, space: object, strategy: object = None, middleware: Sequence[object] = (), name: str = "") -> Any:
        """Returns the hooks of a manager with these plugins; a plugin that breaks the contract is a fault."""
        try:
            return manager.build(space, strategy, middleware, name).hook
        except Exception as error:  # whatever keeps it from being registered, the laws of the contract answer for it
            raise Fault("contract", str(error)) from error

    @contextmanager
    def untouched(self) -> "Iterator[None]":
        """Expects that what happens inside leaves the global generators of Python, numpy and torch as they were."""
        stir()  # else a plugin that seeds with the same number again would change nothing
        before = generator_states()
        yield
        changed = [name for name, state in generator_states().items() if before.get(name, state) != state]
        self.expect(not changed, f"the state of {' and '.join(changed)} has changed")

    @contextmanager
    def silent(self) -> "Iterator[None]":
        """Expects that what happens inside prints nothing on standard output."""
        with redirect_stdout(StringIO()) as printed:
            yield
        self.expect(not printed.getvalue(), f"this was printed: {printed.getvalue()[:200]!r}")

    @law("contract")
    def test_hooks_exist(self) -> None:
        """Every method marked with hookimpl is a hook of nasplug, and takes arguments that the hook has.

        pluggy calls a misspelt hook never, and says nothing about it.
        """
        for name, method in self.implemented().items():
            spec = getattr(HookSpecs, name, None)
            self.expect(spec, f"there is no hook {name!r}")
            known, taken = inspect.signature(spec).parameters, inspect.signature(method).parameters  # type: ignore[arg-type]
            unknown = [argument for argument in taken if argument not in known]
            self.expect(not unknown, f"{name} takes {unknown}; the hook's arguments are {list(known)[1:]}")

    @law("making")
    def test_instances_can_be_made(self) -> None:
        """The class makes an instance from options alone, or from none, and raises nothing.

        A run makes one, and every worker process another. What may be missing (data, an accelerator) is told by
        evaluate, or by on_start.
        """
        self.fresh()

    @law("exemptions")
    def test_exemptions_name_laws(self) -> None:
        """What a plugin or its test is exempt from are laws that there are.

        A misspelt name would exempt it from nothing, silently.
        """
        self.exemptions()

    @law()
    def test_required_hooks_are_there(self) -> None:
        """A space has sample, mutate and evaluate; a strategy has suggest.

        Nothing can be asked in their place.
        """
        missing = [hook for hook in manager.REQUIRED[self.kind] if hook not in self.implemented()]
        self.expect(not missing, f"there is no {' and no '.join(missing)} marked with hookimpl")

    @law()
    def test_hooks_have_no_defaults(self) -> None:
        """No argument of a hook has a default.

        pluggy passes only arguments without one, so the default would always win, silently.
        """
        for name, method in self.implemented().items():
            given = [p.name for p in inspect.signature(method).parameters.values() if p.default is not p.empty]
            self.expect(not given, f"{name} gives defaults to {given}")

    @law()
    def test_instances_can_be_hashed(self) -> None:
        """Instances can be hashed: the class is decorated with @attrs.define(eq=False).

        pluggy keeps its plugins in a dict; attrs classes that compare by value have no hash.
        """
        self.expect(type(self.fresh()).__hash__, f"{type(self.fresh()).__name__}.__hash__ is None")

    @law()
    def test_options_are_explained(self) -> None:
        """Every option has a help text.

        `nasplug show` prints it.
        """
        silent = [name for name, field in options.fields(type(self.fresh())).items() if not field.metadata.get("help")]
        self.expect(not silent, f"{silent} have none: use nasplug.option(default, help=…)")

    @law()
    def test_import_is_light(self) -> None:
        """Importing the plugin's module imports no torch, TensorFlow, pandas, SciPy or matplotlib.

        `nasplug list --check` and every run import it. Import such packages inside the hooks that need them.
        """
        if not (target := importable(type(self.fresh()))):
            raise NotApplicable("the class is defined in a place that another process cannot import")
        module = target.partition(":")[0]
        heavy = sorted(loaded_by_import(module) & HEAVY)
        self.expect(not heavy, f"importing {module} imports {', '.join(heavy)}")
