"""Strategies of a comparison, and their names in a legend."""

import pytest

from nasplug.errors import UsageError
from nasplug.experiments.comparison.contender import Contender, labels, parse_contenders


def test_a_contender_is_a_strategy_with_options():
    texts = ["random", "neural_predictor:kind=mlp,n=5", "my.module:Class:a=1"]
    assert parse_contenders(texts) == [
        Contender("random", "random", {}),
        Contender("neural_predictor:kind=mlp,n=5", "neural_predictor", {"kind": "mlp", "n": "5"}),
        Contender("my.module:Class:a=1", "my.module:Class", {"a": "1"}),
    ]
    with pytest.raises(UsageError, match="'random' is given twice"):
        parse_contenders([*texts, "random"])


@pytest.mark.parametrize(
    ("texts", "short"),
    [
        (["random", "p:n=5,kind=mlp"], ["random", "p"]),
        (["p:n=5,kind=mlp", "p:n=5,kind=gcn"], ["p kind=mlp", "p kind=gcn"]),
        (["p:n=5", "p:n=5,kind=gcn"], ["p", "p kind=gcn"]),
        (["p:n=5,kind=mlp", "p:kind=mlp,n=5"], ["p:n=5,kind=mlp", "p:kind=mlp,n=5"]),
    ],
)
def test_a_label_has_the_options_that_differ_or_the_whole_text_where_none_does(texts, short):
    assert labels(parse_contenders(texts)) == dict(zip(texts, short, strict=True))
