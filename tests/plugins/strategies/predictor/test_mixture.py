"""The learner of a stage: which parts its weight makes, how their scores are averaged, and its chunks."""

import pytest
import torch
from nasplug_strategies.predictor.graphs import dense_graphs
from nasplug_strategies.predictor.graphs.dense_graphs import dense
from nasplug_strategies.predictor.mixture import Mixture, feature_blocks
from nasplug_strategies.predictor.settings import Settings

N = 12


@pytest.fixture
def fit(toy_batch):
    """Returns a mixture that is fitted to twelve toy cells in one epoch, and the cells."""

    def make(features=None, **settings):
        batch, y = toy_batch(N)
        graphs, labels = dense(batch), torch.from_numpy((y - y.mean()) / y.std())
        chosen = Settings(**{"epochs": 1, "size": 4, "hidden": (4,), "members": 2} | settings)
        noise = torch.ones(N, dtype=torch.float64)
        mixture = Mixture.fit(chosen, graphs, features, labels, noise, "mse", 1e-3, 0, torch.device("cpu"))
        return mixture, graphs

    return make


@pytest.mark.parametrize(("weight", "parts"), [(0.0, (False, True)), (0.4, (True, True)), (1.0, (True, False))])
def test_the_weight_decides_which_parts_there_are(weight, parts, fit):
    mixture, _ = fit(process=weight)
    assert (mixture.process is not None, mixture.ensemble is not None) == parts


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("members", [1, 2])
def test_mean_and_variance_are_those_of_a_mixture(weight, members, fit):
    """The variance of a mixture is the mean of the variances and the variance of the means."""
    mixture, graphs = fit(process=weight, members=members)
    means, variances, weights = [], [], []
    scalars = mixture.scaler(feature_blocks(mixture.settings, graphs, None, 5)) if mixture.scaler else None
    if mixture.process:
        mean, variance = mixture.process.predict(scalars)
        means, variances, weights = [mean], [variance], [weight]
    if mixture.ensemble:
        scores = mixture.ensemble.score(graphs, scalars).double()
        means, variances = [*means, scores.mean(0)], [*variances, scores.var(0, correction=0)]
        weights.append(1.0 - weight)
    w, m, v = torch.tensor(weights, dtype=torch.float64)[:, None], torch.stack(means), torch.stack(variances)
    mean, variance = mixture.score(graphs, None)
    assert torch.allclose(mean, (w * m).sum(0))
    assert torch.allclose(variance, (w * v).sum(0) + (w * (m - mean).square()).sum(0))


def test_the_noise_is_that_of_the_process_by_its_weight(fit):
    mixture, _ = fit(process=0.4)
    assert mixture.noise == pytest.approx(0.4 * mixture.process.noise)
    assert fit(process=0.0)[0].noise == 0.0


def test_chunks_are_scored_with_their_own_features_and_returned_in_order(fit, monkeypatch):
    features = torch.arange(float(N))[:, None]
    mixture, graphs = fit(features, process=0.4)
    whole = mixture.score(graphs, features)
    monkeypatch.setattr(dense_graphs, "CHUNK_SIZE", 5)
    parts = mixture.score(graphs[:], features)  # anew: the chunks are cached on the graphs
    assert all(torch.allclose(*pair, atol=1e-5) for pair in zip(whole, parts, strict=True))
    assert not torch.allclose(whole[0], mixture.score(graphs, features.flip(0))[0], atol=1e-3)


@pytest.mark.parametrize(
    ("settings", "given", "names"),
    [
        ({}, False, []),
        ({}, True, ["user"]),
        ({"structure": True}, False, ["count"]),
        ({"process": 0.1}, True, ["count", "user"]),
    ],
)
def test_structural_features_are_read_by_the_process_or_where_networks_shall_see_them(
    settings, given, names, toy_batch
):
    graphs, features = dense(toy_batch(3)[0]), torch.ones(3, 2) if given else None
    blocks = feature_blocks(Settings(**settings), graphs, features, 5)
    assert [name for name in blocks if name in ("count", "user")] == names
    assert blocks.get("user") is features


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_a_restored_mixture_scores_the_same(weight, fit):
    mixture, graphs = fit(process=weight)
    restored = Mixture.restore(mixture.settings, mixture.shape, 0, torch.device("cpu"), mixture.state())
    assert all(
        torch.equal(*pair) for pair in zip(mixture.score(graphs, None), restored.score(graphs, None), strict=True)
    )
