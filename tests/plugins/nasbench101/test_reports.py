"""What `info` and `query` answer."""

import pytest
from nasplug_nasbench101.enumeration import CELLS
from nasplug_nasbench101.lookup import hash_of_row, lookup, row_of_code
from nasplug_nasbench101.reports import FIGURES, SurrogateReport, TableReport
from nasplug_nasbench101.surrogate import load_surrogate

from nasplug.errors import InvalidArchitecture

CHAIN = (1, 0, 0, 0, 0, 0) + (0, 0, 0, 0, 1) + (0,) * 10 + (2, 0, 0, 0, 0)  # input → maxpool3x3 → output


@pytest.mark.parametrize("report", ["table", "surrogate"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "abc",
            r"^'abc' is neither a module hash \(32 hexadecimal digits\) nor a code \(26 integers, with commas\)\.$",
        ),
        ("g" * 32, "is neither a module hash"),
        ("0" * 31, "A nasbench101 code is 21 edge bits"),
        ("proxyless:0,1", "^'proxyless:0,1' is an architecture of the space 'proxyless'"),
    ],
)
def test_any_text_but_a_hash_or_a_code_is_one_message(table, report, text, message):
    with pytest.raises(InvalidArchitecture, match=message):
        (TableReport(table) if report == "table" else SurrogateReport()).query(text)


def test_the_table_is_described_by_its_file(table, capsys):
    report = TableReport(table)
    document = report.info()
    assert (document["source"], document["cells"], document["epochs"]) == ("table", 40, [4, 108])
    report.show_info(document)
    first, second, third = capsys.readouterr().out.splitlines()
    assert first == f"{table.path}: 40 of 423,624 cells, trained for 4, 108 epochs."
    assert second == f"Made from small.tfrecord, {40 * 2 * 3} records, SHA-256 {document['sha256']}."
    assert third == "This is none of the two published files."
    report.show_info(document | {"published": "nasbench_full.tfrecord"})
    assert capsys.readouterr().out.splitlines()[2] == "This is the published nasbench_full.tfrecord."


def test_a_cell_of_the_table_has_every_figure_of_every_training(table, capsys):
    report = TableReport(table)
    document = report.query(table.hash_at(7))
    cell = table.cell_at(7)
    assert (document["hash"], document["parameters"]) == (table.hash_at(7), table.parameters[7])
    assert (tuple(document["code"]), document["operations"]) == (cell.code, list(cell.names))
    assert document["matrix"] == [list(row) for row in cell.matrix]
    for epochs in (4, 108):
        assert document["rank"][epochs] == {"validation": table.rank(7, epochs, 2), "test": table.rank(7, epochs, 3)}
        for repeat in range(3):
            training = document["trainings"][epochs][repeat]
            assert training["halfway"] == table.training(7, epochs, repeat, 0)._asdict()
            assert training["final"] == table.training(7, epochs, repeat, 1)._asdict()
    report.show_query(document)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{table.hash_at(7)}  {table.parameters[7]:,} parameters"
    assert lines[1] == f"  {' '.join(map(str, cell.matrix[0]))}  input"
    assert lines[1 + len(cell.matrix)] == f"  code {','.join(map(str, cell.code))}"
    assert lines[2 + len(cell.matrix)].split()[:3] == ["epochs", "repeat", "at"]
    ranks = [table.rank(7, 108, value) for value in (2, 3)]
    assert lines[-1] == f"108 epochs: rank {ranks[0]} by mean validation and {ranks[1]} by mean test accuracy, of 40"
    assert len(lines) == 1 + len(cell.matrix) + 1 + 1 + 2 * 3 * 2 + 2


def test_the_surrogate_is_described_by_its_figures_in_words(capsys):
    report = SurrogateReport()
    document = report.info()
    assert (document["source"], document["table"]) == ("surrogate", None)
    assert document["held_out"] == load_surrogate().manifest["held_out"]
    report.show_info(document)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == f"It was fitted to {document['made_of']}."
    assert lines[3:] == [
        "  Kendall's τ of all records: 0.892 ± 0.001",
        "  Kendall's τ of records above 91 % accuracy: 0.813 ± 0.003",
        "  R² of records above 85 % accuracy: 0.961 ± 0.002",
        "  RMSE of records above 85 % accuracy, in percent: 0.382 ± 0.010",
    ]
    assert set(FIGURES) <= set(document["held_out"]["108"])


def test_the_surrogate_predicts_for_every_epoch_budget(capsys):
    report, surrogate, row = SurrogateReport(), load_surrogate(), row_of_code(CHAIN)
    document = report.query(",".join(map(str, CHAIN)))
    assert document["hash"] == hash_of_row(row)
    assert document["code"] == lookup().codes[row].tolist()
    assert document["operations"] == ["input", "maxpool3x3", "output"]
    assert list(document["predicted"]) == [4, 12, 36, 108]
    for epochs, prediction in document["predicted"].items():
        assert prediction == {
            "validation_accuracy": surrogate.predicted(row, epochs) / 100,
            "training_time": surrogate.seconds(row, epochs),
            "rank": surrogate.rank(row, epochs),
        }
    report.show_query(document)
    lines = capsys.readouterr().out.splitlines()
    assert lines[5] == "Predicted by the embedded surrogate, not measured: the dataset was not imported."
    assert f"rank of {CELLS:,}" in lines[6]
    assert len(lines) == 7 + 4
