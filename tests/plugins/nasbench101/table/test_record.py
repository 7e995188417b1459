"""Records in the official format, written by the tools that wrote the official ones, and every figure of them."""

from pathlib import Path

import nasbench101_official as official
import nasplug_nasbench101 as api
import numpy as np
import pytest
from nasbench101_official import INCEPTION
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.channels import count_parameters
from nasplug_nasbench101.enumeration import CELLS, all_codes
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.record import parse_metrics
from nasplug_nasbench101.table.table import Table
from nasplug_nasbench101.table.tfrecord import TFRecordFile
from paths import ROOT

from benchmarks import nasbench101_synthetic as synthetic
from benchmarks.nasbench101_synthetic import frame
from nasplug import Architecture
from nasplug import space as new_space

POOLING = Cell([[0, 1, 1], [0, 0, 1], [0, 0, 0]], [2])  # the one in the docs
PUBLISHED = [1155.85302734375, 1.0, 0.9376001358032227, 0.9311898946762085]  # NASBench.ipynb, the Inception-like cell


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    codes = all_codes()[np.linspace(0, CELLS - 1, 12).astype(int)]
    return [Cell.from_code(code.tolist()).prune() for code in codes] + [POOLING, Cell(*INCEPTION)]


@pytest.fixture(scope="module")
def figures(cells: list[Cell]) -> official.Figures:
    invented = official.figures(cells)
    invented[cells[-1].module_hash(), 108][1][2][1:] = PUBLISHED
    return invented


@pytest.fixture(scope="module")
def file(cells: list[Cell], figures: official.Figures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("official") / "nasbench_full.tfrecord"
    official.write(path, cells, [count_parameters(cell) for cell in cells], figures)
    return path


@pytest.fixture(scope="module")
def table(file: Path) -> Table:
    import_file(file, file.parent / "table")
    return Table.open(file.parent / "table")


def test_every_budget_repeat_and_point_is_in_the_table(
    table: Table, cells: list[Cell], figures: official.Figures
) -> None:
    assert table.epochs == [4, 12, 36, 108]
    assert len(table) == len(cells)
    for cell in cells:
        row = table.row_of(cell.module_hash())
        assert table.cell_at(row) == cell
        assert table.parameters[row] == count_parameters(cell)
        for epochs in table.epochs:
            for repeat, (_, half_way, final) in enumerate(figures[cell.module_hash(), epochs]):
                assert list(table.training(row, epochs, repeat, 0)) == half_way[1:]
                assert list(table.training(row, epochs, repeat, 1)) == final[1:]
    assert {metrics.dtype for metrics in table.metrics.values()} == {np.dtype(np.float32)}


def test_the_published_answer_for_the_inception_like_cell(table: Table, cells: list[Cell]) -> None:
    nasbench = api.NASBench(table.path)
    spec = api.ModelSpec(cells[-1].matrix, cells[-1].names)
    answers = [nasbench.query(spec) for _ in range(40)]
    published = [answer for answer in answers if answer["training_time"] == PUBLISHED[0]]
    assert list(published[0].values())[2:] == [2_694_282, *PUBLISHED]


def test_what_the_docs_show_runs(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ROOT / "docs" / "nasbench101.md"
    blocks = [block.partition("```")[0] for block in page.read_text().split("```python\n")[1:]]
    shown = next(block for block in blocks if "from nasbench import api" in block)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "nasbench_only108.tfrecord").write_bytes(file.read_bytes())
    names: dict[str, object] = {}
    exec(compile(shown, str(page), "exec"), names)
    assert names["fixed"]["module_operations"] == ["input", "maxpool3x3", "output"]  # type: ignore[index]


def test_every_budget_is_a_fidelity_of_the_space(table: Table, cells: list[Cell], figures: official.Figures) -> None:
    space = new_space("nasbench101", table=table.path)
    cell = cells[7]
    for epochs in official.BUDGETS:
        trainings = figures[cell.module_hash(), epochs]
        architecture = Architecture("nasbench101", cell.code)
        search = space.evaluate(architecture=architecture, purpose="search", epochs=epochs, seed=3)
        record = trainings[int(search.metrics["record"])][2]
        assert (search.accuracy, search.cost) == (pytest.approx(100 * record[3]), record[1])
        final = space.evaluate(architecture=architecture, purpose="final", epochs=epochs, seed=3)
        assert final.accuracy == pytest.approx(100 * np.mean([training[2][4] for training in trainings]))


def test_tensorflows_gzip_gives_the_same_table(
    table: Table, cells: list[Cell], figures: official.Figures, tmp_path: Path
) -> None:
    zipped = tmp_path / "nasbench_full.tfrecord.gz"
    official.write(zipped, cells, [count_parameters(cell) for cell in cells], figures, "GZIP")
    assert zipped.read_bytes()[:2] == b"\x1f\x8b"
    manifest = import_file(zipped, tmp_path / "out")
    assert manifest["source"]["sha256"] == table.manifest["source"]["sha256"]
    for epochs in table.epochs:
        np.testing.assert_array_equal(Table.open(tmp_path / "out").metrics[epochs], table.metrics[epochs])


def test_tensorflow_reads_our_frames_and_we_read_its(tmp_path: Path) -> None:
    tf = pytest.importorskip("nasplug.training.backend").tf
    records = [b"", b"a", bytes(range(256)) * 9]
    with tf.io.TFRecordWriter(str(tmp_path / "theirs")) as writer:
        for record in records:
            writer.write(record)
    assert (tmp_path / "theirs").read_bytes() == b"".join(map(frame, records))
    assert [data for _, data in TFRecordFile(tmp_path / "theirs").records()] == records


def test_what_is_not_used_need_not_be_there() -> None:
    """The original library never looks at the first measurement, at epochs, checkpoints and the total time."""
    message = official.messages()(trainable_parameters=70_000)
    message.evaluation_data.add()
    for time in (0.5, 1.0):
        message.evaluation_data.add(training_time=time, train_accuracy=1.0, validation_accuracy=0.0, test_accuracy=0.25)
    read = parse_metrics(message.SerializeToString())
    assert read == ((0.5, 1.0, 0.0, 0.25), (1.0, 1.0, 0.0, 0.25), 70_000)
    del message.evaluation_data[2]
    with pytest.raises(ValueError, match="at the start, half-way and at the end, got 2"):
        parse_metrics(message.SerializeToString())


def test_protobuf_skips_what_it_does_not_know_and_refuses_what_breaks_off() -> None:
    message = synthetic.model_metrics([[0.5, 0.1, 0.2, 0.3]] * 3, 108, 70_000)
    unknown = b"\x32\x03abc" + b"\x3d\x00\x00\x00\x00" + b"\x40\x96\x01"  # a text, a fixed32 and an integer
    assert parse_metrics(message + unknown) == parse_metrics(message)
    assert parse_metrics(message)[2] == 70_000
    for end in (1, 10, 100, len(message) - 10):
        with pytest.raises(ValueError, match="no protobuf message|a measurement lacks its|no trainable"):
            parse_metrics(message[:end])


def test_the_number_of_parameters_is_needed() -> None:
    message = official.messages()()
    for _ in range(3):
        message.evaluation_data.add(training_time=1.0, train_accuracy=1.0, validation_accuracy=0.5, test_accuracy=0.5)
    with pytest.raises(ValueError, match="no trainable_parameters"):
        parse_metrics(message.SerializeToString())
