"""Shell completion: commands, and the names of installed plugins where a plugin is wanted."""

import os

import pytest


def completed(nasplug, *words):
    asked = {"_NASPLUG_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    done = nasplug(env={**os.environ, **asked})
    return [line.removeprefix("plain,") for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("nasplug", "ru"), ["run", "runs"]),
        (("nasplug", "run", "--space", "prox"), ["proxyless"]),
        (("nasplug", "run", "--strategy", "neural"), ["neural_predictor"]),
        (("nasplug", "run", "--with", "cac"), ["cache"]),
        (("nasplug", "show", "regul"), ["regularized_evolution"]),
        (("nasplug", "check", "sp"), ["space"]),
        (("nasplug", "p"), ["plot", "proxyless", "predictor"]),
        (("nasplug", "predictor", "c"), ["cv"]),
        (("nasplug", "predictor", "cv", "--space", "nasb"), ["nasbench101", "nasbenchgraph"]),
    ],
)
def test_a_shell_is_told_what_could_follow(nasplug, words, wanted):
    assert completed(nasplug, *words) == wanted


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_every_shell_is_printed(nasplug, shell):
    script = nasplug("completion", shell).stdout
    assert f"_NASPLUG_COMPLETE={shell}_complete" in script
