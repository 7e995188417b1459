"""What travels between the driver of a run and its workers: a request as a pickle, an answer as a JSON text."""

import json
import pickle
from collections.abc import Iterator
from typing import Any

import attrs
import cloudpickle

from nasplug.engine.evaluation import checked
from nasplug.executors.recipe import SpaceRecipe, hooks_of_space
from nasplug.executors.remote_errors import described, raised_again
from nasplug.types import Evaluation


def encode_request(**arguments: Any) -> bytes:
    """Returns the arguments of the hook `evaluate` for a worker."""
    request: bytes = cloudpickle.dumps(arguments)
    return request


def answer(recipe: SpaceRecipe, request: bytes) -> str:
    """Returns what the space of a recipe answers: an evaluation, or the error that was raised. A worker calls this.

    It raises nothing, and no class of the space or its error travels, so that no answer is one that cannot be read.
    """
    try:
        evaluation = checked(hooks_of_space(recipe).evaluate(**pickle.loads(request)))
        return json.dumps({field.name: getattr(evaluation, field.name) for field in attrs.fields(Evaluation)})
    except BaseException as error:  # SystemExit too: it is the evaluation that ends, not the worker
        return json.dumps(described(error))


def answer_in_stream(recipe: SpaceRecipe, request: bytes) -> Iterator[str]:
    """Yields `begun` as soon as a worker runs this, then the answer."""
    yield "begun"
    yield answer(recipe, request)


def decode_answer(text: str) -> Evaluation:
    """Returns the evaluation that a worker sent, validated like any other, or raises the error that it sent."""
    values = json.loads(text)
    if "error" in values:
        raise raised_again(**values)
    return Evaluation(**values)
