"""Every way a file can be bad: one message with the byte offset, and nothing is left of it."""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.table import Table
from nasplug_nasbench101.table.tfrecord import BadFile, masked_crc

from benchmarks import nasbench101_synthetic as synthetic
from benchmarks.nasbench101_synthetic import frame


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
        r"expected 3 trainings of 4 epochs of every cell, there are 1",
    ),
    ("one bit flipped", damaged_byte, r"byte \d+: the checksum of the record's (data|length) is wrong"),
    ("foreign", lambda _: b"PK\x03\x04 something else entirely", r"byte 0: .* this is no TFRecord file"),
    ("empty", lambda _: b"", r"the file is empty"),
    (
        "other records",
        lambda _: frame(b'{"x": 1}'),
        r"byte 0: the record is none of NASBench-101: expected a list of five",
    ),
    (
        "no texts",
        lambda _: frame(b'["' + b"0" * 32 + b'", 108, 1, 2, "QQ=="]'),
        "adjacency and operations are no texts",
    ),
    ("too deep", lambda _: frame(b"[" * 60_000), r"byte 0: the record is none of NASBench-101"),
    ("not json", lambda _: frame(b"\xff\x00"), r"byte 0: the record is none of NASBench-101"),
    ("gzip cut short", lambda c: gzip.compress(c)[:-200], r"gzip stream breaks off or is damaged after \d+ bytes"),
    ("gzip damaged", lambda c: damaged_byte(gzip.compress(c)), r"bytes? "),
    ("long record", lambda _: huge_header(), r"a record of 1099511627776 bytes is none of this dataset"),
]


def huge_header() -> bytes:
    whole = frame(b"")
    header = struct.pack("<Q", 1 << 40)
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
    assert len(Table.open(out)) == 40


def test_records_with_other_cells_are_refused(tmp_path: Path) -> None:
    """Records whose hash is not that of their cell: intact, but no part of the dataset."""
    cell = synthetic.Cell([[0, 1], [0, 0]], [])
    path = tmp_path / "foreign.tfrecord"
    path.write_bytes(b"".join(frame(record) for record in synthetic.records(cell, "0" * 32, 70_000, (108,), 0)))
    with pytest.raises(BadFile, match="holds the cell with the hash 043721b9c7fe8c5fad811d47d83132ec"):
        import_file(path, tmp_path / "table")


@pytest.mark.parametrize(("figure", "message"), [(1.5, "accuracies above 1"), (-0.5, "negative or infinite figures")])
def test_impossible_figures_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: float, message: str
) -> None:
    real = synthetic.model_metrics
    monkeypatch.setattr(
        synthetic, "model_metrics", lambda points, *rest: real([[p[0], figure, *p[2:]] for p in points], *rest)
    )
    synthetic.write(tmp_path / "odd.tfrecord", 3)
    with pytest.raises(BadFile, match=message):
        import_file(tmp_path / "odd.tfrecord", tmp_path / "table")
