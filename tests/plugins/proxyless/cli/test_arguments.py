"""Arguments, options and output that the commands share."""

import click
import pytest
from click.testing import CliRunner
from nasplug_proxyless.cli.arguments import answer, network_size, parse, space_of, space_options
from nasplug_proxyless.operations import MOBILE

from nasplug import Architecture
from nasplug.errors import InvalidArchitecture, UsageError

CODE = ",".join(map(str, MOBILE))


@pytest.mark.parametrize("text", [CODE, f"proxyless:{CODE}"])
def test_an_architecture_is_a_code_with_or_without_its_space(text):
    assert parse(text) == Architecture("proxyless", MOBILE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b", "'a,b'"),
        ("nasbench101:0,1", "the space 'nasbench101'"),
        ("6,6,6", "has 22 integers"),
        (CODE.replace("0,1,0", "6,1,0", 1), "Layer 0"),
    ],
)
def test_any_other_text_is_refused(text, message):
    with pytest.raises(InvalidArchitecture, match=message):
        parse(text)


def test_options_of_the_space_are_pairs_of_name_and_value():
    space = space_of(["width=0.5,resolution=40", "threads=1"])
    assert (space.width, space.resolution, space.threads, space.task) == (0.5, 40, 1, "quick-fashion-mnist")
    with pytest.raises(UsageError, match="widht"):
        space_of(["widht=1"])


@click.command()
@network_size
@space_options
def sizes(width, resolution, space_opt):
    click.echo((width, resolution, space_opt))


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ((), (1.0, 224, ())),
        (("--width", "0.25", "--resolution", "1"), (0.25, 1, ())),
        (("--space-opt", "a=1", "--space-opt", "b=2"), (1.0, 224, ("a=1", "b=2"))),
    ],
)
def test_the_size_of_networks_is_the_papers_unless_it_is_given(arguments, values):
    assert CliRunner().invoke(sizes, arguments).output == f"{values}\n"


@pytest.mark.parametrize("arguments", [("--width", "0"), ("--width", "-1"), ("--resolution", "0")])
def test_sizes_are_above_zero(arguments):
    assert CliRunner().invoke(sizes, arguments).exit_code == 2


def test_an_answer_is_a_sentence_or_a_document(capsys):
    answer({"latency": 1.5}, False, "1.5 ms")
    answer({"latency": 1.5}, True, "1.5 ms")
    assert capsys.readouterr().out == '1.5 ms\n{"latency": 1.5}\n'
