"""The arguments of a run, shared by every function that takes them."""

import inspect

import pytest

import nasplug
from nasplug.engine.request import RunRequest, with_arguments_of


@with_arguments_of(RunRequest)
def request_of(request: RunRequest) -> RunRequest:
    """Returns the request."""
    return request


def test_a_function_receives_its_arguments_as_one_request():
    assert request_of("toy", "random", budget=3) == RunRequest("toy", "random", budget=3)


def test_a_function_shows_the_arguments_it_takes():
    assert list(inspect.signature(nasplug.search).parameters) == [field.alias for field in RunRequest.__attrs_attrs__]
    assert inspect.signature(request_of).return_annotation is RunRequest
    assert request_of.__doc__.startswith("Returns the request.")


def test_an_unknown_argument_is_told_by_the_function_that_was_called():
    with pytest.raises(TypeError, match=r"^request_of\(\) got an unexpected keyword argument 'budgets'"):
        request_of("toy", "random", budgets=3)


def test_all_but_space_and_strategy_are_given_by_name():
    with pytest.raises(TypeError, match="positional"):
        request_of("toy", "random", 3)


def test_defaults_are_those_of_one_plain_search():
    request = RunRequest("toy", "random")
    defaults = {field.name: getattr(request, field.name) for field in RunRequest.__attrs_attrs__[2:]}
    assert {name: value for name, value in defaults.items() if value not in (None, False, ())} == {}
