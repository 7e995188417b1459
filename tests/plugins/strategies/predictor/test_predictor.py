"""`NeuralPredictor` as a user meets it."""

import threading

import numpy as np
import pytest
import torch
from nasplug_strategies.predictor import NeuralPredictor
from nasplug_strategies.predictor.fitting.fit import FitSettings
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs, dense
from nasplug_strategies.predictor.mixture import Mixture, feature_blocks
from nasplug_strategies.predictor.settings import PredictorError
from scipy.stats import kendalltau
from torch_geometric.data import Batch, Data

QUICK = {"paper": {"size": 16, "epochs": 30, "lr": 3e-3, "stages": 1}, "best": {"size": 16, "epochs": 20, "members": 2}}
KINDS = ["paper", "best"]


def predictor(preset, **more):
    return NeuralPredictor(preset=preset, **QUICK[preset] | more)


@pytest.mark.parametrize("preset", KINDS)
def test_it_ranks_unseen_architectures_in_percent(preset, toy_batch):
    new, accuracies = toy_batch(300, seed=1)
    predicted = predictor(preset).fit(*toy_batch(100)).predict(new)
    assert predicted.shape == (300,)
    assert predicted.dtype == np.float64
    assert kendalltau(predicted, accuracies).statistic > 0.6
    assert abs(predicted.mean() - accuracies.mean()) < 3


def test_its_cross_validated_tau_is_that_of_unseen_architectures(toy_batch):
    batch, y = toy_batch(100)
    noise = np.random.default_rng(0).standard_normal(100)
    quick = {"epochs": 1, "members": 1, "hidden": (8,), "layers": 1}  # the networks do not matter
    assert 0.5 < predictor("best", **quick).fit(batch, y).cross_validated_tau() < 0.99
    assert abs(predictor("best", **quick).fit(batch, 50.0 + noise).cross_validated_tau()) < 0.4  # on its own samples: 1
    assert predictor("paper", **quick).fit(batch, y).cross_validated_tau() is None
    assert predictor("best", **quick).fit(*toy_batch(3)).cross_validated_tau() is None


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_the_kinds_of_the_ablation_learn(kind, toy_batch):
    batch, y = toy_batch(100)
    fitted = predictor("paper", kind=kind, epochs=150).fit(batch, y)
    assert kendalltau(fitted.predict(batch), y).statistic > 0.3
    assert (fitted.predict(batch) == fitted.predict(batch)).all()


@pytest.mark.parametrize("seed", range(3))
def test_eighteen_layers_learn_as_the_paper_s_do(seed):
    """They predict one constant for all where differences between graphs fade from layer to layer."""
    operations = torch.randint(7, (150, 22), generator=torch.Generator().manual_seed(seed))
    graphs = Graphs(
        torch.eye(7)[operations], torch.diag(torch.ones(21), 1).bool().expand(150, 22, 22), torch.ones(150, 22).bool()
    )
    y = 70.0 + (operations == 3).sum(1).numpy()
    settings = {"layers": 18, "size": 32, "hidden": (32,), "lr": 1e-3, "weight_decay": 1e-5, "epochs": 40}
    fitted = NeuralPredictor("paper", stages=1, seed=seed, **settings).fit(graphs[:110], y[:110])
    assert kendalltau(fitted.predict(graphs[110:]), y[110:]).statistic > 0.4


@pytest.mark.parametrize("preset", KINDS)
def test_equal_arguments_give_equal_bits(preset, toy_batch):
    batch, y = toy_batch(60)
    first, second, other = (predictor(preset, seed=seed).fit(batch, y).predict(batch) for seed in (3, 3, 4))
    assert (first == second).all()
    assert (first != other).any()


def test_the_global_generators_are_left_alone(toy_batch):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    predictor("best").fit(*toy_batch(20))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("preset", KINDS)
def test_the_order_of_nodes_does_not_matter(preset, toy_batch):
    fitted = predictor(preset).fit(*toy_batch(40))
    graphs, order = dense(toy_batch(30, seed=1)[0]), torch.tensor([2, 0, 4, 1, 3])
    turned = type(graphs)(graphs.x[:, order], graphs.adjacency[:, order][:, :, order], graphs.mask)
    assert fitted.predict(turned) == pytest.approx(fitted.predict(graphs), abs=1e-3)


@pytest.mark.parametrize("preset", KINDS)
def test_a_prediction_does_not_depend_on_its_company(preset, toy_batch):
    fitted = predictor(preset).fit(*toy_batch(40))
    graphs = dense(toy_batch(20, seed=1)[0])
    assert fitted.predict(graphs)[:1] == pytest.approx(fitted.predict(graphs[:1]), abs=1e-3)


@pytest.mark.parametrize("preset", KINDS)
@pytest.mark.parametrize("y", [[71.5], [71.5] * 4])
def test_equal_labels_are_predicted_as_they_are(preset, y, toy_batch):
    fitted = predictor(preset).fit(toy_batch(len(y))[0], y)
    mean, std = fitted.predict(toy_batch(5, seed=1)[0], return_std=True)
    assert (mean == 71.5).all()
    assert (std == 0).all()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["good", "bad", "ugly"], "wanted numbers, got something else"),
        ([[90], [80, 70], [60]], "wanted numbers, got something else"),
        ([90.0, np.nan, 80.0], "got nan at row 1"),
        ([90, 120, 80], "got 120"),
        ([90.0, 80.0], "one accuracy for each"),
    ],
)
def test_bad_labels_are_refused(y, message, toy_batch):
    with pytest.raises(PredictorError, match=message):
        NeuralPredictor().fit(toy_batch(3)[0], y)


@pytest.mark.parametrize("preset", KINDS)
def test_graphs_without_edges_or_with_one_node(preset):
    lone = [Data(x=torch.eye(3)[[i % 3]], edge_index=torch.zeros(2, 0, dtype=torch.long)) for i in range(6)]
    pair = [Data(x=torch.eye(3)[[i % 3, 0]], edge_index=torch.tensor([[0], [1]])) for i in range(6)]
    batch = Batch.from_data_list(lone + pair)
    predicted = predictor(preset).fit(batch, np.linspace(60, 90, 12)).predict(batch)
    assert np.isfinite(predicted).all()


def test_an_unseen_feature_width_is_refused(toy_batch):
    fitted = predictor("paper").fit(*toy_batch(10))
    other = Batch.from_data_list([Data(x=torch.ones(2, 7), edge_index=torch.zeros(2, 0, dtype=torch.long))])
    with pytest.raises(PredictorError, match="wanted graphs with 5 features a node, as in the fit, got 7"):
        fitted.predict(other)


def test_features_of_nodes_that_are_not_finite_are_refused(toy_batch):
    batch, y = toy_batch(20)
    batch.x[int(batch.ptr[3]), 0] = float("nan")
    with pytest.raises(PredictorError, match="finite features of every node, graph 3 has others"):
        predictor("best").fit(batch, y)


@pytest.mark.parametrize("preset", KINDS)
def test_a_caller_may_be_in_inference_mode(preset, toy_batch):
    with torch.inference_mode():
        batch, y = toy_batch(20)
        fitted = predictor(preset).fit(batch, y)
        inside = fitted.predict(batch)
    assert (inside == fitted.predict(batch)).all()
    assert (inside == predictor(preset).fit(batch, y).predict(batch)).all()


@pytest.fixture
def double_by_default():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("double_by_default")
@pytest.mark.parametrize("preset", KINDS)
def test_a_caller_s_default_type_is_left_and_ignored(preset, toy_batch, tmp_path):
    batch, y = toy_batch(20)
    double = predictor(preset).fit(batch, y)
    double.save(tmp_path / "p")
    double = NeuralPredictor.load(tmp_path / "p").predict(batch)
    assert torch.get_default_dtype() == torch.float64
    torch.set_default_dtype(torch.float32)
    assert (double == predictor(preset).fit(batch, y).predict(batch)).all()


NONE, TO_ONE = torch.zeros(2, 0, dtype=torch.long), torch.tensor([[0], [1]])
CROSSED = Batch.from_data_list([Data(x=torch.ones(1, 5), edge_index=NONE)] * 2)
CROSSED.edge_index = TO_ONE


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (dense(Batch.from_data_list([Data(x=torch.ones(1, 5), edge_index=NONE)]))[:0], "at least one node each"),
        (Batch.from_data_list([Data(x=torch.ones(0, 5), edge_index=NONE)]), "at least one node each"),
        (Batch.from_data_list([Data(x=torch.ones(1, 5))]), "got DataBatch without edge_index"),
        (Batch.from_data_list([Data(edge_index=NONE, num_nodes=1)]), "got DataBatch without x"),
        (Data(x=torch.ones(1, 5), edge_index=NONE), "got Data without batch"),
        ([Data(x=torch.ones(1, 5), edge_index=NONE)], r"wanted a torch_geometric Batch .* got list"),
        (Batch.from_data_list([Data(x=torch.ones(5), edge_index=NONE)]), r"wanted x \[nodes, f\]"),
        (Batch.from_data_list([Data(x=torch.ones(1, 5), edge_index=TO_ONE)]), "between nodes 0 to 0, got 0 to 1"),
        (Batch.from_data_list([Data(x=torch.ones(1, 5), edge_index=TO_ONE)] * 2), "between nodes 0 to 1, got 0 to 2"),
        (Batch.from_data_list([Data(x=torch.ones(1, 5), edge_index=-TO_ONE)]), "got -1 to 0"),
        (CROSSED, "got one from a graph to another"),
    ],
)
def test_what_is_no_batch_of_graphs_is_refused(batch, message, toy_batch):
    fitted = predictor("paper").fit(*toy_batch(10))
    with pytest.raises(PredictorError, match=message):
        fitted.predict(batch)


@pytest.mark.parametrize(("draws", "message"), [(np.ones(3), r"shape \[20\] or"), ([np.nan] * 20, "finite draws")])
def test_draws_that_do_not_fit_are_refused(draws, message, toy_batch):
    batch, y = toy_batch(20)
    with pytest.raises(PredictorError, match=message):
        predictor("best").fit(batch, y).predict(batch, draws=draws)


def test_tensors_are_taken_as_arrays_are(toy_batch):
    batch, y = toy_batch(20)
    features, draws = np.arange(20.0)[:, None], np.linspace(-1, 1, 20)
    fitted = predictor("best").fit(batch, torch.tensor(y), torch.tensor(features))
    assert predictor("best").fit(batch, torch.tensor(y).bfloat16()).predict(batch).shape == (20,)
    predicted = fitted.predict(batch, torch.tensor(features), draws=torch.tensor(draws))
    assert (predicted == predictor("best").fit(batch, y, features).predict(batch, features, draws=draws)).all()


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_the_unit_of_a_feature_does_not_matter(unit, toy_batch):
    graphs, hidden = dense(toy_batch(120)[0]), unit * np.random.default_rng(0).normal(size=(120, 1))
    fitted = predictor("best").fit(graphs[:60], 80 + 3 / unit * hidden[:60, 0], hidden[:60])
    assert kendalltau(fitted.predict(graphs[60:], hidden[60:]), hidden[60:]).statistic > 0.7


def test_a_feature_that_does_not_vary_is_left_out(toy_batch):
    batch, y = toy_batch(30)
    plain, more = (predictor("best").fit(batch, y, features) for features in (None, np.full((30, 1), 1e7 / 3)))
    widths = [int(fitted.fitted.regressor.scaler.kept.sum()) for fitted in (plain, more)]
    assert widths[0] == widths[1]


def test_an_unfitted_predictor_says_so(toy_batch):
    with pytest.raises(PredictorError, match="call fit first"):
        NeuralPredictor().predict(toy_batch(1)[0])


@pytest.mark.parametrize(
    "change", [{"epochs": 0}, {"preset": "worst"}, {"kind": "rnn"}, {"dropout": 1.0}, {"stages": 3}, {"seed": "one"}]
)
def test_settings_out_of_bounds_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        NeuralPredictor(**change)


@pytest.mark.parametrize("preset", KINDS)
def test_given_features_are_used(preset, toy_batch):
    batch, _ = toy_batch(120)
    hidden = np.random.default_rng(0).normal(size=(120, 1))
    y = 80 + 3 * hidden[:, 0]  # nothing but the feature tells the accuracy
    fitted = predictor(preset, epochs=60).fit(batch, y, features=hidden)
    assert kendalltau(fitted.predict(batch, features=hidden), y).statistic > 0.7
    with pytest.raises(PredictorError, match="wanted 1 features a graph"):
        fitted.predict(batch)


@pytest.mark.parametrize(("n", "size"), [(43, 48), (86, 72)])
def test_both_stages_have_the_size_of_table_1_for_all_samples(n, size, toy_batch):
    fitted = NeuralPredictor("paper", threshold=75.0, epochs=1).fit(*toy_batch(n)).fitted
    assert (fitted.classifier.shape.size, fitted.regressor.shape.size) == (size, size)


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_features_that_nothing_would_read_are_refused(kind, toy_batch):
    batch, y = toy_batch(20)
    with pytest.raises(PredictorError, match=f"kind={kind} reads operations and edges alone"):
        predictor("paper", kind=kind).fit(batch, y, features=np.ones((20, 1)))


def pairs(n):
    return Batch.from_data_list(
        [Data(x=torch.eye(5)[[i % 5, i % 3]], edge_index=torch.tensor([[0], [1]])) for i in range(n)]
    )


@pytest.mark.parametrize("preset", KINDS)
def test_graphs_larger_than_those_of_the_fit_are_predicted(preset, toy_batch):
    fitted = predictor(preset).fit(pairs(10), np.linspace(60, 90, 10))
    predicted = fitted.predict(toy_batch(30)[0])
    assert np.isfinite(predicted).all()
    assert len(np.unique(predicted)) > 3


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_graphs_larger_than_those_of_the_fit_are_refused_where_the_input_has_a_size(kind, toy_batch):
    fitted = predictor("paper", kind=kind).fit(pairs(10), np.linspace(60, 90, 10))
    with pytest.raises(PredictorError, match="wanted graphs of at most 2 nodes, got 5"):
        fitted.predict(toy_batch(3)[0])


def test_equal_graphs_with_other_labels_are_about_their_mean(toy_batch):
    graphs = dense(toy_batch(30)[0])
    fitted = predictor("best").fit(graphs[[0] * 10], np.linspace(93, 94, 10))
    mean, std = fitted.predict(graphs, return_std=True)
    assert mean == pytest.approx(93.5, abs=0.1)
    assert std.max() < 5


@pytest.mark.parametrize("preset", KINDS)
def test_a_fit_that_diverges_is_refused(preset, toy_batch):
    batch, y = toy_batch(20)
    with pytest.raises(PredictorError, match="the fit diverged"):
        predictor(preset, lr=1e12).fit(batch, y)


def test_features_too_large_to_predict_with_are_refused(toy_batch):
    batch, y = toy_batch(20)
    fitted = predictor("paper").fit(batch, y)
    batch.x[:] = 3e38
    with pytest.raises(PredictorError, match="whose prediction is not finite"):
        fitted.predict(batch)


def test_nothing_is_clipped_so_that_an_order_remains(toy_batch):
    batch, y = toy_batch(60)
    fitted = predictor("best").fit(batch, y + 100 - y.max())
    far = fitted.predict(batch, draws=np.linspace(30, 31, 60))
    assert far.max() > 100
    assert len(np.unique(far)) == 60


def test_two_stages_place_the_rejected_below_the_threshold(toy_batch):
    batch, y = toy_batch(150)
    fitted = predictor("paper", stages=2, threshold=75.0, epochs=100, classifier_lr=3e-3).fit(batch, y)
    predicted = fitted.predict(batch)
    assert fitted.fitted.classifier is not None
    below = y <= 75
    assert np.mean(predicted[below] <= 75) > 0.8
    assert np.mean(predicted[~below] > 75) > 0.8


def test_the_regressor_learns_from_what_passes_alone(toy_batch, monkeypatch):
    batch, y = toy_batch(40)
    threshold = float(np.median(y))
    learned = []
    fit = Mixture.fit
    monkeypatch.setattr(Mixture, "fit", lambda *args, **more: learned.append(len(args[3])) or fit(*args, **more))
    predictor("paper", stages=2, threshold=threshold).fit(batch, y)
    assert learned == [40, int((y > threshold).sum())]


def test_every_setting_of_a_fit_is_followed(toy_batch, monkeypatch):
    chosen = {"epochs": 2, "minibatch": 7, "lr": 0.02, "weight_decay": 0.03, "dropout": 0.4, "loss": "pairwise"}
    followed = []
    monkeypatch.setattr("nasplug_strategies.predictor.network_ensemble.fit", lambda *given: followed.append(given[4]))
    NeuralPredictor("paper", size=8, stages=2, percentile=50, classifier_lr=0.01, **chosen).fit(*toy_batch(40))
    of_both = (chosen["weight_decay"], chosen["dropout"])
    assert followed == [
        FitSettings(2, 7, 0.01, *of_both, "cross_entropy"),
        FitSettings(2, 7, 0.02, *of_both, "pairwise"),
    ]


def test_networks_are_trained_with_the_normalisation_asked_for(toy_batch):
    batch, y = toy_batch(20)
    fits = [predictor("paper", normalisation=kind).fit(batch, y).fitted for kind in ("row", "symmetric", "none")]
    first, second, third = (fitted.regressor.ensemble.network.convolutions[0] for fitted in fits)
    assert not torch.equal(first, second)
    assert not torch.equal(second, third)


def test_process_and_networks_have_their_weights_in_a_score(toy_batch):
    batch, y = toy_batch(60)
    mixture, graphs = predictor("best").fit(batch, y).fitted.regressor, dense(batch)
    scalars = mixture.scaler(feature_blocks(mixture.settings, graphs, None, 5))
    process, networks = mixture.process.predict(scalars)[0], mixture.ensemble.score(graphs, scalars).double().mean(0)
    assert mixture.score(graphs, None)[0].numpy() == pytest.approx((0.7 * process + 0.3 * networks).numpy())
    assert (process - networks).abs().max() > 0.1


def test_a_deviation_holds_the_noise_of_labels(toy_batch):
    few, y = toy_batch(20)
    graphs, y = dense(few)[list(range(20)) * 8], np.tile(y, 8)  # trained so often that their means are known
    noisy = y + 3.0 * np.random.default_rng(0).standard_normal(160)
    std = predictor("best").fit(graphs, noisy).predict(few, return_std=True)[1]
    assert 2.0 < np.median(std) < 5.0


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_the_nodes_of_the_ablation_are_permuted_in_a_prediction(kind, toy_batch):
    batch, y = toy_batch(20)
    fitted = predictor("paper", kind=kind).fit(batch, y)
    before = fitted.predict(batch)
    assert (before == fitted.predict(batch)).all()
    fitted.fitted.regressor.ensemble.seed += 1  # decides the permutations alone, now that weights are learned
    assert (before != fitted.predict(batch)).any()


def test_a_percentile_replaces_the_threshold(toy_batch):
    batch, y = toy_batch(60)
    fitted = predictor("paper", stages=2, percentile=50.0).fit(batch, y)
    assert fitted.fitted.rejected[1] == np.percentile(y, 50)


def test_a_threshold_that_separates_nothing_leaves_one_stage(toy_batch):
    fitted = predictor("paper", stages=2, threshold=99.9).fit(*toy_batch(30))
    assert fitted.fitted.classifier is None


def test_best_knows_how_sure_it_is(toy_batch):
    new, accuracies = toy_batch(300, seed=1)
    mean, std = predictor("best").fit(*toy_batch(60)).predict(new, return_std=True)
    assert (std > 0).all()
    assert 0.3 < np.mean(np.abs(mean - accuracies) < 2 * std) <= 1.0


def test_draws_move_a_prediction_by_what_is_not_known(toy_batch):
    known, y = toy_batch(60)
    fitted = predictor("best").fit(known, y)
    new, _ = toy_batch(200, seed=1)
    for batch in (known, new):
        assert (fitted.predict(batch, draws=1.0) > fitted.predict(batch)).all()
        assert (fitted.predict(batch, draws=-np.ones(len(batch))) < fitted.predict(batch)).all()
    moved = [np.mean(fitted.predict(batch, draws=1.0) - fitted.predict(batch)) for batch in (known, new)]
    assert moved[0] < moved[1]


def test_threads_are_restored_and_concurrent_fits_agree(toy_batch):
    batch, y = toy_batch(30)
    before, predictions = torch.get_num_threads(), []
    jobs = [
        threading.Thread(target=lambda: predictions.append(predictor("paper").fit(batch, y).predict(batch)))
        for _ in range(3)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert torch.get_num_threads() == before
    assert len(predictions) == 3
    assert all((f == predictions[0]).all() for f in predictions)


@pytest.mark.slow
def test_best_orders_real_cells(real_cells):
    graphs, y = real_cells
    rows = np.random.default_rng(0).permutation(len(y))
    train, test = rows[:172], rows[172:4172]
    fitted = NeuralPredictor(preset="best").fit(graphs[torch.from_numpy(train)], y[train])
    assert kendalltau(fitted.predict(graphs[torch.from_numpy(test)]), y[test]).statistic > 0.76


@pytest.mark.slow
def test_the_paper_orders_real_cells(real_cells):
    graphs, y = real_cells
    rows = np.random.default_rng(0).permutation(len(y))
    train, test = rows[:172], rows[172:4172]
    fitted = NeuralPredictor(preset="paper", stages=1).fit(graphs[torch.from_numpy(train)], y[train])
    assert kendalltau(fitted.predict(graphs[torch.from_numpy(test)]), y[test]).statistic > 0.58
