"""Writes a synthetic file in the dataset's format: all 423,624 cells, three trainings each, invented figures.

Run it as `python -m benchmarks.nasbench101_synthetic FILE [--cells N]`. Nothing in it says how good a cell is.
"""

import base64
import json
import struct
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.channels import all_parameters
from nasplug_nasbench101.enumeration import CELLS, all_codes
from nasplug_nasbench101.hashing import module_hashes
from nasplug_nasbench101.table.tfrecord import masked_crc


def write(path: Path, cells: int = CELLS, epochs: tuple[int, ...] = (108,), seed: int = 0) -> None:
    """Writes `cells` cells spread over the space, in the order of their hashes, three records for each epoch budget."""
    codes = all_codes()[np.linspace(0, CELLS - 1, cells).astype(int)]
    hashes, parameters = module_hashes(codes), all_parameters(codes).tolist()
    with path.open("wb") as file:
        for row in np.argsort(hashes).tolist():
            cell = Cell.from_code(codes[row].tolist()).prune()
            for record in records(cell, hashes[row], parameters[row], epochs, seed):
                file.write(frame(record))


def records(cell: Cell, module_hash: str, parameters: int, epochs: tuple[int, ...], seed: int) -> Iterator[bytes]:
    """Yields the records of a pruned cell; every figure is a function of its hash and `seed`."""
    rng = np.random.default_rng([seed, int(module_hash[:12], 16)])
    adjacency = "".join(str(entry) for row in cell.matrix for entry in row)
    figures = rng.random((len(epochs), 3, 3, 4), np.float32).astype(float)  # accuracies are fractions, times follow
    for budget, trainings in zip(epochs, figures.tolist(), strict=True):
        for points in trainings:
            metrics = model_metrics(points, budget, parameters)
            text = base64.b64encode(metrics).decode()
            yield json.dumps([module_hash, budget, adjacency, ",".join(cell.names), text]).encode()


def frame(data: bytes) -> bytes:
    """Returns the bytes of a record in a TFRecord file."""
    header = struct.pack("<Q", len(data))
    return header + struct.pack("<I", masked_crc(header)) + data + struct.pack("<I", masked_crc(data))


def model_metrics(points: list[list[float]], epochs: int, parameters: int) -> bytes:
    """Returns a `ModelMetrics` message whose three measurements are at the start, half-way and at the end."""
    parts = []
    for place, (time, *accuracies) in enumerate(points):
        epoch, seconds = epochs * place / 2, float(np.float32(1024.0 + 1024.0 * time)) * place / 2
        values = (epoch, seconds, *accuracies)
        message = b"".join(struct.pack("<Bd", field << 3 | 1, value) for field, value in enumerate(values, start=1))
        parts.append(b"\x0a" + varint(len(message)) + message)
    return b"".join(parts) + b"\x10" + varint(parameters) + struct.pack("<Bd", 25, 2048.0)


def varint(value: int) -> bytes:
    """Returns a protobuf integer."""
    groups = []
    while value > 127:
        groups.append(value & 127 | 128)
        value >>= 7
    return bytes([*groups, value])


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--cells", default=CELLS, show_default=True)
def main(file: Path, cells: int) -> None:
    """Write a synthetic FILE."""
    write(file, cells)


if __name__ == "__main__":
    main()
