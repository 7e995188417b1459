"""What the space asks of a source of accuracies."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from nasplug import Evaluation, Purpose
from nasplug_nasbench101.channels import dataset_parameters
from nasplug_nasbench101.lookup import row_of_code

Code = tuple[int, ...]
Settings = Mapping[str, dict[str, Any]]  # by strategy: option values, and the run's `budget`
DATASET_EPOCHS = 108  # the epoch budget that counts in the dataset; it also has 4, 12 and 36

LOOKED_UP_SETTINGS: Settings = {  # those of arXiv 1912.00848, section 3 and table 1
    "random": {"budget": 500},
    "regularized_evolution": {"budget": 500, "population": 100, "tournament": 10},
    "neural_predictor": {
        "budget": 260,  # with preset=paper the paper's 172 of these are random
        "paper": {"layers": 3, "stages": 2, "threshold": 91.0},
    },
}


class Evaluator(Protocol):
    """One source of accuracies: the dataset's table, the surrogate, or real training."""

    @property
    def settings(self) -> Settings:
        """The settings that suit searches with this source."""

    @property
    def origin(self) -> str:
        """Where accuracies come from, in words."""

    @property
    def epochs(self) -> Sequence[int] | None:
        """The epoch budgets that there are, ascending; None for any."""

    def parameters(self, code: Code) -> int:
        """Returns the trainable parameters of the network of a valid code, the same for isomorphic cells."""

    def evaluate(self, code: Code, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns the evaluation of a valid code; `epochs` None means the source's own number."""


def published_parameters(code: Code) -> int:
    """Returns the trainable parameters of the dataset's network of a valid code."""
    return int(dataset_parameters()[row_of_code(code)])
