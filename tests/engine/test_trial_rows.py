"""What people write down of architectures, and what becomes a trial of it."""

import pytest
import toy

import nasplug
from nasplug.engine.trial_rows import Row, TrialMaker, read_csv
from nasplug.errors import ConfigurationError, StorageError
from nasplug.loading.manager import build
from nasplug.types import Evaluation, Trial


def read(tmp_path, text, **options):
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    return read_csv(tmp_path / "x.csv", **options)


def values(row):
    return row.architecture, row.accuracy, row.metrics, row.epochs


def test_further_columns_are_metrics_and_those_of_an_export_are_none(tmp_path):
    header = "number,architecture,accuracy,cost,epochs,loss,metric.state,state"
    table = read(tmp_path, f'{header}\n7,"0,0,1",50.5,640,12,0.5,2,complete\n8,"0,0,2",60,,,,,\n')
    assert [values(row) for row in table.rows] == [
        ("0,0,1", "50.5", {"loss": 0.5, "state": 2.0}, "12"),
        ("0,0,2", "60", {}, ""),
    ]
    assert [row.place for row in table.rows] == [f"{tmp_path}/x.csv, line 2", f"{tmp_path}/x.csv, line 3"]
    assert table.remarks == []


def test_a_column_with_a_text_is_no_metric_and_that_is_said_once(tmp_path):
    table = read(tmp_path, 'architecture,accuracy,note\n"0,0,1",50,1\n"0,0,2",60,good\n"0,0,3",70,bad\n')
    assert [row.metrics for row in table.rows] == [{}, {}, {}]
    assert table.remarks == [f"{tmp_path}/x.csv, line 3: note is 'good', which is no number: the column is no metric"]


@pytest.mark.parametrize(
    ("row", "unused", "malformed"),
    [
        ('"0,0,1",50,search,complete,', "", ""),
        ('"0,0,1",50,,,', "", ""),
        ('"0,0,1",50,final,complete,', "it is a final evaluation", ""),
        ('"0,0,1",,search,failed,"lost\n  where"', "it has no accuracy: lost", ""),
        ('"0,0,1",50,search,failed,', "it has no accuracy", ""),
        ('"0,0,1",,,,', "it has no accuracy", ""),
        ("0,0,1,50,search,failed,", "", "the row has more cells than there are columns: write the architecture in"),
        ('"0,0,1"', "", "the row ends before its accuracy"),
    ],
)
def test_a_row_says_why_it_is_no_trial_of_a_search(tmp_path, row, unused, malformed):
    [read_row] = read(tmp_path, f"architecture,accuracy,purpose,state,error\n{row}\n").rows
    assert malformed or read_row.unused == unused
    assert read_row.malformed.startswith(malformed)
    assert bool(read_row.malformed) == bool(malformed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lacks the columns architecture, accuracy; there are: none. It needs architecture,accuracy"),
        ("architecture;accuracy\n", "lacks the columns architecture, accuracy; there are: architecture;accuracy"),
        ("architecture,accuracy,loss,loss\n", "has more than one column 'loss'"),
        ('architecture,accuracy\n"0,0,1",0.5\n"0,0,2",1.0\n', "has no accuracy above 1 %: it needs percent"),
        (f'architecture,accuracy\n"{"x" * 200_000}",50\n', "cannot be read: field larger than"),
    ],
)
def test_a_file_that_is_none_is_one_message(tmp_path, text, message):
    with pytest.raises(StorageError, match=message):
        read(tmp_path, text)


def test_fractions_are_fractions_where_accuracies_have_other_bounds(tmp_path):
    assert len(read(tmp_path, 'architecture,accuracy\n"0,0,1",0.5\n', bounds=(0.0, 1.0)).rows) == 1


def made(row, space="toy:ToySpace", **options):
    return TrialMaker(nasplug.space(space), **options).trial(row, -3, "known")


def test_a_row_becomes_a_complete_trial_without_cost():
    trial = made(Row("here", "0,0,1", "50.5", {"loss": 0.5}, "12"))
    evaluation = Evaluation(50.5, 0.0, {"loss": 0.5}, "known")
    architecture = toy.architecture(0, 0, 1)
    assert trial == Trial(
        -3, architecture, "complete", evaluation, None, "search", 0.0, 0.0, str(architecture), None, 12
    )


def test_equal_networks_have_the_same_canonical_form():
    first, second = (made(Row("", f"toy:0,0,0,0,{end}", 50.0, {}), "nasplug.testing:Toy") for end in ("1,2", "2,1"))
    assert first.canonical == second.canonical != ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"architecture": "proxyless:0,1"},
            "'proxyless:0,1' is an architecture of the space 'proxyless', not of 'toy'",
        ),
        ({"architecture": "toy:a,b"}, "is not an architecture code"),
        ({"architecture": "0,0,9"}, "toy:0,0,9 has 3 numbers, the space 'toy' wants 6"),
        ({"accuracy": "250"}, "accuracy must be a percentage between 0 and 100, got 250"),
        ({"accuracy": "nan"}, "accuracy must be a percentage between 0 and 100, got nan"),
        ({"accuracy": "most"}, "accuracy must be a percentage between 0 and 100, got most"),
        ({"epochs": "1.5"}, "epochs must be a whole number of at least 1, got 1.5"),
        ({"epochs": "0"}, "epochs must be a whole number of at least 1, got 0"),
        ({"epochs": "many"}, "epochs must be a whole number of at least 1, got many"),
        ({"unused": "it is a final evaluation"}, "it is a final evaluation"),
        ({"malformed": "the row ends before its accuracy"}, "the row ends before its accuracy"),
    ],
)
def test_a_row_that_is_no_trial_of_the_space_says_why(changes, message):
    row = Row(**{"place": "", "architecture": "0,0,0,0,0,1", "accuracy": "50", "metrics": {}} | changes)
    with pytest.raises(ValueError, match=message):
        made(row, "nasplug.testing:Toy")


def test_other_bounds_of_the_accuracy_may_be_given():
    assert made(Row("", "0,0,1", 0.25, {}), bounds=(0.0, 1.0)).accuracy == 0.25
    with pytest.raises(ValueError, match="accuracy must be a number between 0 and 1, got 50"):
        made(Row("", "0,0,1", 50, {}), bounds=(0.0, 1.0))


class Careless(toy.ToySpace):
    """Looks at a code only to describe it, and breaks where that is too short."""

    @nasplug.hookimpl
    def describe(self, architecture):
        return f"layer 3 is {architecture.code[2]}"


def test_whatever_a_space_raises_for_a_code_is_its_refusal():
    maker = TrialMaker(build(Careless()).hook, "mine")
    with pytest.raises(ValueError, match="the space 'mine' refuses toy:1: IndexError: tuple index out of range"):
        maker.trial(Row("", "1", 50.0, {}), 0, "known")


class Broken(toy.ToySpace):
    """Cannot do anything with any architecture."""

    @nasplug.hookimpl
    def canonical(self):
        raise ConfigurationError("There is no table.")


def test_what_concerns_every_row_is_an_error():
    with pytest.raises(ConfigurationError, match="There is no table."):
        TrialMaker(build(Broken()).hook).trial(Row("", "1", 50.0, {}), 0, "known")
