"""The dataset's files: from a small synthetic .tfrecord to a table and back, and every way a file can be bad."""

import gzip
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101.table.columns import Columns
from nasplug_nasbench101.table.errors import BadFile, NoTable, NotInTable
from nasplug_nasbench101.table.folder import find
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.protobuf import parse_model_metrics
from nasplug_nasbench101.table.record import parse_record
from nasplug_nasbench101.table.table import Table
from nasplug_nasbench101.table.tfrecord import TFRecordFile, frame

from benchmarks import nasbench101_synthetic as synthetic

CELLS = 40


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dataset") / "small.tfrecord"
    synthetic.write(path, CELLS, epochs=(4, 108))
    return path


@pytest.fixture(scope="module")
def table(file: Path) -> Table:
    out = file.parent / "table"
    import_file(file, out)
    return Table.open(out)


def test_every_figure_of_the_file_is_in_the_table(file: Path, table: Table) -> None:
    seen: dict[tuple[str, int], int] = {}
    for _, data in TFRecordFile(file).records():
        record = parse_record(data)
        repeat = seen[record.module_hash, record.epochs] = seen.get((record.module_hash, record.epochs), -1) + 1
        row = table.row_of(record.module_hash)
        assert table.training(row, record.epochs, repeat, 0) == record.half_way[1:]
        assert table.training(row, record.epochs, repeat, 1) == record.final[1:]
        assert table.parameters[row] == record.trainable_parameters
        cell = table.cell_at(row)
        assert ",".join(cell.names) == record.operations
        assert "".join(str(entry) for line in cell.matrix for entry in line) == record.adjacency
    assert len(seen) == 2 * len(table) == 2 * CELLS
    assert set(seen.values()) == {2}


def test_rows_are_in_the_order_of_their_hashes(table: Table) -> None:
    hashes = [table.hash_at(row) for row in range(len(table))]
    assert hashes == sorted(hashes)
    assert [table.row_of(value) for value in hashes] == list(range(len(table)))
    with pytest.raises(NotInTable, match="has no cell 0123"):
        table.row_of("0123" * 8)


def test_means_and_ranks(table: Table) -> None:
    final = table.metrics[108][:, :, 1].astype(float)
    assert table.mean(3, 108) == pytest.approx(final[3].mean(axis=0))
    best = int(final[:, :, 2].mean(axis=1).argmax())
    assert table.rank(best, 108, 2) == 1
    with pytest.raises(NoTable, match="no trainings of 36 epochs, it has 4, 108"):
        table.of_epochs(36)


def test_figures_that_single_precision_would_change_stay_double() -> None:
    def columns(offset: float) -> np.dtype:
        cell = synthetic.Cell([[0, 1], [0, 0]], [])
        records = [parse_record(r) for r in synthetic.records(cell, cell.module_hash(), (108,), 0)]
        columns = Columns()
        for record in records:
            columns.add(record._replace(final=record.final._replace(training_time=1000.0 + offset)))
        return columns.finish()["metrics_108"].dtype

    assert columns(0.5) == np.float32
    assert columns(0.1) == np.float64


def test_gzip_gives_the_same_table(file: Path, table: Table, tmp_path: Path) -> None:
    zipped = tmp_path / "small.tfrecord.gz"
    zipped.write_bytes(gzip.compress(file.read_bytes()))
    manifest = import_file(zipped, tmp_path / "out")
    assert manifest["source"]["sha256"] == table.manifest["source"]["sha256"]
    np.testing.assert_array_equal(Table.open(tmp_path / "out").metrics[108], table.metrics[108])


def damaged_byte(content: bytes) -> bytes:
    at = 3000
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def second_record(content: bytes) -> int:
    return struct.unpack("<Q", content[:8])[0] + 16


BAD: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("cut in a record", lambda c: c[: second_record(c) + 50], r"byte \d+: the file ends after 50 of the record's \d+"),
    ("cut in a header", lambda c: c[: second_record(c) + 5], r"byte \d+: the file ends after 5 of the 12 bytes"),
    (
        "cut between records",
        lambda c: c[: second_record(c)],
        r"wanted 3 trainings of 4 epochs of every cell, there are 1",
    ),
    ("one bit flipped", damaged_byte, r"byte \d+: the checksum of the record's (data|length) is wrong"),
    ("foreign", lambda _: b"PK\x03\x04 something else entirely", r"byte 0: .* this is no TFRecord file"),
    ("empty", lambda _: b"", r"the file is empty"),
    (
        "other records",
        lambda _: frame(b'{"x": 1}'),
        r"byte 0: the record is none of NASBench-101: wanted a list of five",
    ),
    ("not json", lambda _: frame(b"\xff\x00"), r"byte 0: the record is none of NASBench-101"),
    ("gzip cut short", lambda c: gzip.compress(c)[:-200], r"gzip stream breaks off or is damaged after \d+ bytes"),
    ("gzip damaged", lambda c: damaged_byte(gzip.compress(c)), r"bytes? "),
    ("long record", lambda _: huge_header(), r"a record of 1099511627776 bytes is none of this dataset"),
]


def huge_header() -> bytes:
    whole = frame(b"")
    header = struct.pack("<Q", 1 << 40)
    from nasplug_nasbench101.table.tfrecord import masked_crc

    return header + struct.pack("<I", masked_crc(header)) + whole


@pytest.mark.parametrize(("change", "message"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_file_gives_one_message_and_leaves_nothing(
    file: Path, tmp_path: Path, change: Callable[[bytes], bytes], message: str
) -> None:
    bad = tmp_path / "bad.tfrecord"
    bad.write_bytes(change(file.read_bytes()))
    with pytest.raises(BadFile, match=message):
        import_file(bad, tmp_path / "out" / "table")
    assert not [path for path in (tmp_path / "out").iterdir() if not path.name.endswith(".lock")]


def test_a_bad_file_leaves_the_table_that_was_there(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "table"
    import_file(file, out)
    bad = tmp_path / "bad.tfrecord"
    bad.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(BadFile):
        import_file(bad, out)
    assert len(Table.open(out)) == CELLS


def test_records_with_other_cells_are_refused(tmp_path: Path) -> None:
    """Records whose hash is not that of their cell: intact, but no part of the dataset."""
    cell = synthetic.Cell([[0, 1], [0, 0]], [])
    path = tmp_path / "foreign.tfrecord"
    path.write_bytes(b"".join(frame(record) for record in synthetic.records(cell, "0" * 32, (108,), 0)))
    with pytest.raises(BadFile, match="holds the cell with the hash 043721b9c7fe8c5fad811d47d83132ec"):
        import_file(path, tmp_path / "table")


def test_impossible_figures_are_refused(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = synthetic.model_metrics
    monkeypatch.setattr(
        synthetic, "model_metrics", lambda points, *rest: real([[p[0], 1.5, *p[2:]] for p in points], *rest)
    )
    synthetic.write(tmp_path / "odd.tfrecord", 3)
    with pytest.raises(BadFile, match="accuracies above 1"):
        import_file(tmp_path / "odd.tfrecord", tmp_path / "table")


def test_the_same_file_is_not_read_twice(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = import_file(file, tmp_path / "table")
    monkeypatch.setattr(TFRecordFile, "records", lambda _: pytest.fail("read again"))
    assert import_file(file, tmp_path / "table") == first


def test_two_processes_may_import_at_once(file: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from nasplug_nasbench101.table.importing import import_file; "
        "print(import_file(Path(sys.argv[1]), Path(sys.argv[2]))['cells'])"
    )
    command = [sys.executable, "-c", program, str(file), str(tmp_path / "table")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0] for process in both] == [f"{CELLS}\n"] * 2
    assert [process.returncode for process in both] == [0, 0]


def test_leftovers_of_a_killed_import_are_removed(file: Path, tmp_path: Path) -> None:
    (tmp_path / ".table.partial").mkdir()
    (tmp_path / ".table.partial" / "hashes.npy").write_bytes(b"half")
    import_file(file, tmp_path / "table")
    assert not (tmp_path / ".table.partial").exists()


def test_a_table_that_lost_a_part_says_so(file: Path, tmp_path: Path) -> None:
    import_file(file, tmp_path / "table")
    column = tmp_path / "table" / "metrics_108.npy"
    column.write_bytes(column.read_bytes()[:200])
    with pytest.raises(NoTable, match="Import it again"):
        Table.open(tmp_path / "table")
    import_file(file, tmp_path / "table")
    assert len(Table.open(tmp_path / "table")) == CELLS


def test_a_folder_of_something_else_is_not_replaced(file: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("…")
    with pytest.raises(BadFile, match="exists and is no table"):
        import_file(file, tmp_path / "letters")
    assert (tmp_path / "letters" / "dear.txt").read_text() == "…"
    (tmp_path / "empty").mkdir()
    assert import_file(file, tmp_path / "empty")["cells"] == CELLS


def test_a_place_that_cannot_be_written_is_one_message(file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadFile, match=r"importing .* failed: .*file"):
        import_file(file, tmp_path / "file" / "table")


def test_where_the_table_is_looked_for(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NASPLUG_NASBENCH101_TABLE", raising=False)
    assert find(None) is None
    with pytest.raises(NoTable, match="nasplug nasbench101 import"):
        find(tmp_path / "nothing")
    import_file(file, tmp_path / "elsewhere")
    monkeypatch.setenv("NASPLUG_NASBENCH101_TABLE", str(tmp_path / "elsewhere"))
    assert find(None) == tmp_path / "elsewhere"
    import_file(file, tmp_path / "cache/nasplug/nasbench101")
    assert find(None) == tmp_path / "cache/nasplug/nasbench101"


def test_published_files_are_recognised(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert import_file(file, tmp_path / "a")["source"]["published"] is None
    sha256 = import_file(file, tmp_path / "a")["source"]["sha256"]
    monkeypatch.setattr("nasplug_nasbench101.table.folder.PUBLISHED", {sha256: "nasbench_only108.tfrecord"})
    assert import_file(file, tmp_path / "b")["source"]["published"] == "nasbench_only108.tfrecord"


def test_protobuf_skips_what_it_does_not_know_and_refuses_what_breaks_off() -> None:
    known = synthetic.model_metrics([[0.5, 0.1, 0.2, 0.3]] * 3, 108, 70_000)
    unknown = b"\x32\x03abc" + b"\x3d\x00\x00\x00\x00" + b"\x40\x96\x01"  # a text, a fixed32 and an integer
    assert parse_model_metrics(known + unknown) == parse_model_metrics(known)
    assert parse_model_metrics(known).trainable_parameters == 70_000
    for end in (1, 10, 100, len(known) - 10):
        with pytest.raises(ValueError, match="behind its message|lacks its field|no trainable"):
            parse_model_metrics(known[:end])


def test_tensorflow_reads_our_frames_and_we_read_its(tmp_path: Path) -> None:
    tf = pytest.importorskip("nasplug.training.backend").tf
    records = [b"", b"a", bytes(range(256)) * 9]
    with tf.io.TFRecordWriter(str(tmp_path / "theirs")) as writer:
        for record in records:
            writer.write(record)
    assert (tmp_path / "theirs").read_bytes() == b"".join(map(frame, records))
    assert [data for _, data in TFRecordFile(tmp_path / "theirs").records()] == records


def test_commands(nasplug: Callable[..., subprocess.CompletedProcess[str]], file: Path, tmp_path: Path) -> None:
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    missing = nasplug("nasbench101", "info", env=env)
    assert missing.returncode == 0
    assert "the dataset was not imported" in missing.stdout
    made = nasplug("nasbench101", "import", str(file), "--json", env=env)
    assert json.loads(made.stdout)["cells"] == CELLS
    info = json.loads(nasplug("nasbench101", "info", "--json", env=env).stdout)
    assert info == json.loads(made.stdout)
    table = Table.open(Path(info["table"]))
    code = ",".join(map(str, table.codes[5].tolist()))
    by_code = json.loads(nasplug("nasbench101", "query", code, "--json", env=env).stdout)
    by_hash = json.loads(nasplug("nasbench101", "query", table.hash_at(5), "--json", env=env).stdout)
    assert by_code == by_hash
    assert by_code["trainings"]["108"][1]["final"]["test_accuracy"] == table.training(5, 108, 1).test_accuracy
    shown = nasplug("nasbench101", "query", code, env=env).stdout
    assert table.hash_at(5) in shown
    assert f"rank {table.rank(5, 108, 2):,} by mean validation" in shown


def test_googles_protobuf_writes_what_we_read() -> None:
    """Messages of the published schema, encoded by the protobuf library instead of by our own generator."""
    pb2 = pytest.importorskip("google.protobuf.descriptor_pb2")
    from google.protobuf import descriptor_pool, message_factory

    field = pb2.FieldDescriptorProto
    file = pb2.FileDescriptorProto(name="metrics.proto", package="t", syntax="proto2")
    evaluation = file.message_type.add(name="EvaluationData")
    doubles = ("current_epoch", "training_time", "train_accuracy", "validation_accuracy", "test_accuracy")
    for number, name in enumerate(doubles, start=1):
        evaluation.field.add(name=name, number=number, type=field.TYPE_DOUBLE, label=field.LABEL_OPTIONAL)
    evaluation.field.add(name="checkpoint_path", number=6, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
    model = file.message_type.add(name="ModelMetrics")
    repeated = {"type": field.TYPE_MESSAGE, "label": field.LABEL_REPEATED, "type_name": ".t.EvaluationData"}
    model.field.add(name="evaluation_data", number=1, **repeated)
    model.field.add(name="trainable_parameters", number=2, type=field.TYPE_INT32, label=field.LABEL_OPTIONAL)
    model.field.add(name="total_time", number=3, type=field.TYPE_DOUBLE, label=field.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    message = message_factory.GetMessageClass(pool.FindMessageTypeByName("t.ModelMetrics"))()
    values = [[epoch, 10.5 * epoch, 0.1, 0.25, 0.75] for epoch in (0.0, 54.0, 108.0)]
    for row in values:
        message.evaluation_data.add(**dict(zip(doubles, row, strict=True)), checkpoint_path="a/b-0")
    message.trainable_parameters, message.total_time = 2_694_282, 99.0
    read = parse_model_metrics(message.SerializeToString())
    assert [list(measurement) for measurement in read.measurements] == values
    assert read.trainable_parameters == 2_694_282
