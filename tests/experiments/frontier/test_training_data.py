"""What a predictor learns from: the lines of a file, or the trials of a run."""

import pytest

import nasplug as package
from nasplug.engine.result import rows
from nasplug.engine.space_facts import space_of_architectures
from nasplug.errors import StorageError
from nasplug.experiments.frontier.training_data import read_trials, require_space


def test_an_export_teaches_what_its_run_does(tmp_path):
    result = package.search("toy:ToySpace", "random", budget=5)
    written = [",".join(str(row[name]) for name in ("purpose", "accuracy")) for row in rows(result.trials)]
    codes = [f'"{trial.architecture}"' for trial in result.trials]
    lines = [",".join(pair) for pair in zip(codes, written, strict=True)]
    (tmp_path / "run.csv").write_text("\n".join(["architecture,purpose,accuracy", *lines]))
    trials = read_trials(tmp_path / "run.csv", package.space("toy:ToySpace"))
    assert [(t.architecture, t.accuracy) for t in trials] == [(t.architecture, t.accuracy) for t in result.trials[:5]]


TOYS = ("frontier", "--space", "toy:ToySpace", "--device", "toyphone", "--latency", "12:16", "--data", "toys.csv")


def test_codes_may_leave_out_the_space_and_failed_or_final_rows_are_left_out(tmp_path):
    (tmp_path / "x.csv").write_text(
        "\ufeffpurpose,accuracy,architecture\n"
        'search,50.5,"0,0,1"\nsearch,,"0,0,2"\nfinal,60,"0,0,3"\n,70,"toy:0,1,0"\n',
        encoding="utf-8",
    )
    trials = read_trials(tmp_path / "x.csv", package.space("toy:ToySpace"))
    assert [(t.number, str(t.architecture), t.accuracy) for t in trials] == [
        (0, "toy:0,0,1", 50.5),
        (1, "toy:0,1,0", 70.0),
    ]


@pytest.mark.parametrize("highest", [1.0, 0.94])
def test_accuracies_up_to_1_are_taken_for_fractions(tmp_path, highest):
    (tmp_path / "x.csv").write_text(f'architecture,accuracy\n"0,0,1",0.5\n"0,0,2",{highest}\n')
    with pytest.raises(StorageError, match=f"no accuracy above {highest:g} %"):
        read_trials(tmp_path / "x.csv", package.space("toy:ToySpace"))


def test_one_accuracy_above_1_is_enough_for_percent(tmp_path):
    (tmp_path / "x.csv").write_text('architecture,accuracy\n"0,0,1",0.5\n"0,0,2",1.1\n')
    assert len(read_trials(tmp_path / "x.csv", package.space("toy:ToySpace"))) == 2


def test_a_file_that_is_not_there_is_one_message(tmp_path):
    with pytest.raises(StorageError, match=r"x.csv cannot be read: .*No such file"):
        read_trials(tmp_path / "x.csv", package.space("toy:ToySpace"))


def test_a_run_of_another_space_is_refused():
    trials = package.search("toy:ToySpace", "random", budget=1).trials
    assert space_of_architectures(package.space("toy:ToySpace")) == "toy"
    require_space(trials, "toy", "r")
    with pytest.raises(StorageError, match="The run 'r' searched toy, not proxyless"):
        require_space(trials, "proxyless", "r")
