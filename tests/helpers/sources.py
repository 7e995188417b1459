"""The modules of the four distributions, for tests that read or import them all."""

from paths import ROOT

SOURCES = {
    "nasplug": ROOT / "nasplug",
    "nasplug_nasbench101": ROOT / "plugins" / "nasbench101" / "nasplug_nasbench101",
    "nasplug_proxyless": ROOT / "plugins" / "proxyless" / "nasplug_proxyless",
    "nasplug_strategies": ROOT / "plugins" / "strategies" / "nasplug_strategies",
}


def modules(package):
    """Returns dotted name → path of every module of a distribution."""
    root = SOURCES[package]
    paths = [path for path in sorted(root.rglob("*.py")) if "templates" not in path.parts]
    named = {".".join((package, *path.relative_to(root).with_suffix("").parts)): path for path in paths}
    return {name.removesuffix(".__init__"): path for name, path in named.items()}


EVERYTHING = {name: path for package in SOURCES for name, path in modules(package).items()}
