"""Laws of all plugins: the class follows the contract of the hooks, and importing it is cheap."""

import copy
import inspect
import pickle
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import Any, ClassVar

import attrs
import numpy as np

from nasplug.errors import DiscoveryError, OptionError
from nasplug.hookspecs import HookSpecs
from nasplug.loading import discovery, manager, options
from nasplug.testing.laws import Fault, Laws, law, report_errors
from nasplug.testing.other_process import importable, loaded_by_import

HEAVY = {"torch", "torch_geometric", "tensorflow", "keras", "jax", "pandas", "scipy", "sklearn", "matplotlib"}


class PluginConformance(Laws):
    """What the laws of spaces, strategies and middleware share."""

    kind: ClassVar[discovery.Kind]
    options: ClassVar[dict[str, Any]] = {}

    def new_plugin(self) -> Any:
        """Returns a new instance. Whatever its class raises is a fault of `making`, but not wrong names and options."""
        mistakes = (DiscoveryError, OptionError) if self.options else (DiscoveryError,)
        with report_errors("making", "making an instance", *mistakes):
            return self.make_plugin()

    def make_plugin(self) -> Any:
        """Returns a new instance of the plugin, made with `options`."""
        plugin = inspect.getattr_static(self, self.kind)
        if isinstance(plugin, str):
            return manager.make(self.kind, plugin, self.options)
        if isinstance(plugin, type):
            return options.make(plugin, self.options, plugin.__name__) if attrs.has(plugin) else plugin()
        return attrs.evolve(plugin) if attrs.has(type(plugin)) else copy.deepcopy(plugin)

    def exemptions(self) -> dict[str, str]:
        """Returns the laws from which the test or the plugin's class exempts the plugin, with the reasons."""
        declared = getattr(type(self.new_plugin()), "conformance_exempt", {})
        if not isinstance(declared, dict):
            raise Fault("exemptions", f"conformance_exempt is {declared!r}, not a dict of law and reason")
        if unknown := sorted({*declared, *self.exempt} - {*self.laws()}):
            raise Fault("exemptions", f"there is no law {unknown[0]}: exempt from {[*declared, *self.exempt]}")
        return {**declared, **self.exempt}

    def implemented(self) -> dict[str, Callable[..., Any]]:
        """Returns the methods that are marked with `hookimpl`, by name."""
        kind = type(self.new_plugin())
        methods = {name: getattr(kind, name) for name in dir(kind) if not name.startswith("__")}
        return {name: method for name, method in methods.items() if getattr(method, "nasplug_impl", None)}

    def build(self, space: object, strategy: object = None, middleware: Sequence[object] = (), name: str = "") -> Any:
        """Returns the hooks of these plugins. A plugin that cannot be registered is a fault of its `contract`."""
        with report_errors("contract", "registering the plugin"):
            return manager.build(space, strategy, middleware, name).hook

    @contextmanager
    def no_generator_changes(self) -> Iterator[None]:
        """Expects that the global random generators of Python, numpy and torch are the same afterwards."""
        before = _generator_states(advance=True)  # else seeding twice with the same number would change nothing
        yield
        changed = [name for name, state in _generator_states().items() if before.get(name, state) != state]
        self.expect(not changed, f"the state of {' and '.join(changed)} has changed")

    @contextmanager
    def no_output(self) -> Iterator[None]:
        """Expects that nothing is printed on standard output inside."""
        with redirect_stdout(StringIO()) as output:
            yield
        self.expect(not output.getvalue(), f"this was printed: {output.getvalue()[:200]!r}")

    @law("contract")
    def test_hooks_exist(self) -> None:
        """Every method marked with hookimpl has the name of a hook, and takes only arguments of that hook.

        pluggy silently never calls a hook whose name is misspelt.
        """
        for name, method in self.implemented().items():
            self.expect(hasattr(HookSpecs, name), f"there is no hook {name!r}")
            arguments = list(inspect.signature(getattr(HookSpecs, name)).parameters)
            unknown = [argument for argument in inspect.signature(method).parameters if argument not in arguments]
            self.expect(not unknown, f"{name} takes {unknown}; the hook's arguments are {arguments[1:]}")

    @law("making")
    def test_instances_can_be_made(self) -> None:
        """The class can be instantiated with options alone, or without any, and raises nothing.

        Every worker process makes an instance of its own. Report missing data or hardware in evaluate or on_start.
        """
        self.new_plugin()

    @law("exemptions")
    def test_exemptions_name_laws(self) -> None:
        """The exemptions of a plugin, or of its test, are names of laws.

        A misspelt name would exempt it from nothing.
        """
        self.exemptions()

    @law()
    def test_required_hooks_are_there(self) -> None:
        """A space implements sample, mutate and evaluate; a strategy implements suggest.

        Nothing can replace these hooks. Mark each method with hookimpl.
        """
        missing = [hook for hook in manager.REQUIRED[self.kind] if hook not in self.implemented()]
        self.expect(not missing, f"there is no {' and no '.join(missing)} marked with hookimpl")

    @law()
    def test_hooks_have_no_defaults(self) -> None:
        """No argument of a hook has a default.

        pluggy passes only arguments without a default, so yours would always win.
        """
        for name, method in self.implemented().items():
            defaults = [p.name for p in inspect.signature(method).parameters.values() if p.default is not p.empty]
            self.expect(not defaults, f"{name} gives defaults to {defaults}")

    @law()
    def test_instances_can_be_hashed(self) -> None:
        """Instances can be hashed.

        pluggy keeps plugins in a dict. Decorate the class with @attrs.define(eq=False), which keeps the hash.
        """
        self.expect(type(self.new_plugin()).__hash__, f"{type(self.new_plugin()).__name__}.__hash__ is None")

    @law()
    def test_options_are_explained(self) -> None:
        """Every option has a help text.

        `nasplug show` prints it. Write nasplug.option(default, help=…).
        """
        fields = options.fields(type(self.new_plugin()))
        unexplained = [name for name, field in fields.items() if not field.metadata.get("help")]
        self.expect(not unexplained, f"{unexplained} have no help text")

    @law()
    def test_import_is_light(self) -> None:
        """Importing the plugin's module does not import torch, TensorFlow, pandas, SciPy or matplotlib.

        Every run imports the module. Import such packages inside the hooks that need them.
        """
        module = importable(type(self.new_plugin())).partition(":")[0]
        heavy = sorted(loaded_by_import(module) & HEAVY)
        self.expect(not heavy, f"importing {module} imports {', '.join(heavy)}")


def _generator_states(advance: bool = False) -> dict[str, bytes]:
    """Returns the states of the global random generators, after one draw from each where `advance` is true."""
    torch = sys.modules.get("torch")  # has a generator only where somebody has imported it
    if advance:
        random.random()
        np.random.random_sample()
        if torch:
            torch.rand(1)
    states = {"random": pickle.dumps(random.getstate()), "numpy.random": pickle.dumps(np.random.get_state())}
    return states | ({"torch.random": torch.get_rng_state().numpy().tobytes()} if torch else {})
