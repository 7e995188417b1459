"""`nasplug predictor cv`."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner
from nasplug_strategies.neural.commands import grid, known_networks, predictor
from nasplug_strategies.predictor import cross_validation
from nasplug_strategies.predictor.cross_validation import cross_validate
from nasplug_strategies.predictor.graphs.dense_graphs import dense
from nasplug_strategies.predictor.settings import PredictorError

import nasplug
from nasplug import Architecture, hookimpl
from nasplug.errors import InvalidArchitecture, OptionError, StorageError, UsageError


def write(path, accuracy):
    """Returns `path`, a file of 60 networks with what `accuracy` says of their codes."""
    space, rng = nasplug.space("proxyless"), np.random.default_rng(0)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["architecture", "accuracy"])
        for architecture in [space.sample(rng=rng) for _ in range(60)]:
            writer.writerow([architecture, accuracy(architecture.code)])
    return path


@pytest.fixture
def data(tmp_path):
    return write(tmp_path / "data.csv", lambda code: 40 + sum(code) / 3)


def call(*arguments):
    return CliRunner().invoke(predictor, ["cv", "--space", "proxyless", *map(str, arguments)])


def opts(*options):
    return [part for option in options for part in ("--strategy-opt", option)]


@pytest.fixture
def seen(monkeypatch):
    """What the predictors of a cross-validation are made with and fitted to, in place of all fits."""
    predictors = []

    class Spy:
        def __init__(self, **settings):
            self.settings = settings

        def fit(self, graphs, y, features):
            predictors.append(self.settings | {"fitted": len(y), "features": features})
            return self

        def predict(self, graphs, features):
            predictors[-1]["predicted"] = len(graphs)
            return np.arange(float(len(graphs)))

    monkeypatch.setattr(cross_validation, "NeuralPredictor", Spy)
    return predictors


def test_one_json_document_with_a_result_for_every_combination(data):
    options = opts("preset=paper", "epochs=30", "size=8", "layers=2", "lr=1e-6", "lr=1e-2")
    result = call("--data", data, "--splits", 3, "--json", *options)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["samples"] == 60
    assert [r["options"]["lr"] for r in document["results"]] == ["1e-6", "1e-2"]
    slow, fast = document["results"]
    assert fast["tau"]["mean"] > slow["tau"]["mean"]
    assert fast["mse"]["std"] > 0


def test_what_has_no_value_in_json_is_null(tmp_path, seen):
    result = call("--data", write(tmp_path / "equal.csv", lambda code: 50.0), "--splits", 1, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout, parse_constant=pytest.fail)["results"][0]["r2"]["mean"] is None


def test_options_count_as_in_a_search(data, seen):
    assert call("--data", data, "--splits", 1, *opts("preset=paper", "preset=best", "size=8")).exit_code == 0
    paper, best = seen
    assert (paper["layers"], paper["stages"], paper["size"]) == (4, 1, 8)  # the space recommends 4, 1 and 32
    assert best.keys() & {"layers", "stages"} == set()


def test_the_paper_sees_no_features_of_the_space(data, seen):
    assert call("--data", data, "--splits", 1, *opts("preset=paper", "preset=best")).exit_code == 0
    paper, best = seen
    assert paper["features"] is None
    assert len(best["features"]) == best["fitted"]


def test_it_splits_119_into_79_and_40(toy_batch, seen):
    batch, y = toy_batch(119)
    cross_validate(dense(batch), None, y, {}, 2, 10, 0)
    assert [(predictors["fitted"], predictors["predicted"]) for predictors in seen] == [(79, 40)] * 2


def test_too_few_architectures_are_refused(toy_batch):
    batch, y = toy_batch(5)
    with pytest.raises(PredictorError, match="at least 6"):
        cross_validate(dense(batch), None, y, {}, 2, 10, 0)


CODE = ",".join(["1"] * 21)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a,b\n1,2\n", "lacks the columns architecture, accuracy"),
        (b"architecture,accuracy\nx:1,9\n", "line 2: 'x:1' is an architecture of the space 'x'"),
        (b"architecture,accuracy\n", "is empty"),
        (f'architecture,accuracy\n"{CODE},1",90\n"{CODE},1",nan\n'.encode(), "line 3: accuracy must be a percentage"),
        (f'architecture,accuracy\n"{CODE},1",250\n'.encode(), "line 2: accuracy must be a percentage"),
        (f'architecture,accuracy\n"{CODE},1",-1\n'.encode(), "line 2: accuracy must be a percentage"),
        (
            f'architecture,accuracy\n"{CODE},1",90\n"1,2,3",90\n'.encode(),
            "line 3: proxyless:1,2,3 has 3 numbers, the space 'proxyless' wants 22",
        ),
        (b"architecture,accuracy\n\xff\xfe,90\n", "cannot be read"),
    ],
)
def test_bad_files_are_named(tmp_path, text, message):
    (tmp_path / "bad.csv").write_bytes(text)
    result = call("--data", tmp_path / "bad.csv")
    assert isinstance(result.exception, StorageError)
    assert message in str(result.exception)


@pytest.mark.parametrize("option", ["sise=3", "lr=-1", "stages=3"])
def test_bad_options_are_refused_as_in_a_search(data, seen, option):
    assert isinstance(call("--data", data, *opts("preset=best", option)).exception, OptionError)
    assert seen == []


def test_the_grid():
    assert list(grid(["a=1", "b=x", "a=2"])) == [{"a": "1", "b": "x"}, {"a": "2", "b": "x"}]
    assert list(grid(["hidden=512,128"])) == [{"hidden": "512,128"}]
    assert list(grid([])) == [{}]
    with pytest.raises(UsageError, match="--strategy-opt wants name=value, got 'a'"):
        list(grid(["a"]))


class Plain:
    """A space whose canonical form is the code itself, whatever that is."""

    @hookimpl
    def sample(self, rng):
        return Architecture("plain", (0,) * 4)

    @hookimpl
    def mutate(self, architecture):
        return architecture

    @hookimpl
    def evaluate(self, architecture):
        raise NotImplementedError

    @hookimpl
    def encode_graph(self, architectures):
        if any(len(architecture.code) != 4 for architecture in architectures):
            raise InvalidArchitecture("a plain architecture has 4 integers")
        return []


def test_a_wrong_code_is_named_where_its_graph_alone_tells(tmp_path):
    (tmp_path / "x.csv").write_text('architecture,accuracy\n"0,0,0,0",90\n"0,1",90\n')
    with pytest.raises(StorageError, match="architecture plain:0,1: a plain architecture has 4 integers"):
        known_networks(f"{__name__}:Plain", (), tmp_path / "x.csv")


def test_a_network_in_several_rows_is_one_sample(tmp_path, seen):
    path = write(tmp_path / "data.csv", lambda code: 40 + sum(code) / 3)
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([header, *rows, *rows[:20]]))
    result = call("--data", path, "--splits", 1)
    assert "20 of 80 rows repeat a network: one row each, with the mean accuracy." in result.output
    assert seen[0]["fitted"] + seen[0]["predicted"] == 60


def test_the_accuracies_of_one_network_are_averaged(tmp_path):
    one, other = ",".join("0" * 22), ",".join("1" * 22)
    (tmp_path / "x.csv").write_text(f'architecture,accuracy\n"{one}",90\n"{other}",70\n"{one}",80\n')
    assert known_networks("proxyless", (), tmp_path / "x.csv")[1] == [85.0, 70.0]


@pytest.mark.parametrize("option", ["n=5", "k=5", "pool=5", "refit=5", "shortlist=5", "explore=5"])
def test_options_of_searches_are_refused(option, data):
    result = call("--data", data, *opts(option))
    assert isinstance(result.exception, UsageError)
    assert "is an option of searches" in str(result.exception)


def test_a_regret_that_leaves_no_choice_is_refused(data):
    result = call("--data", data, "--top", 20)
    assert "wanted fewer for the regret than the 20 that a split tests, got 20" in str(result.exception)
    assert json.loads(call("--data", data, "--splits", 1, "--json", *opts("epochs=2")).stdout)["top"] == 10


def test_a_file_of_a_spreadsheet_may_begin_with_a_mark(tmp_path, seen):
    path = write(tmp_path / "data.csv", lambda code: 40 + sum(code) / 3)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert call("--data", path, "--splits", 1).exit_code == 0


def test_it_is_a_command_of_nasplug(nasplug):
    result = nasplug("predictor", "cv", "--help")
    assert result.returncode == 0, result.stderr
    assert "--splits" in result.stdout
