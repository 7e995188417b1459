"""TFRecord files: each record is a length, its checksum, the data and their checksum, all of which is checked here.

TensorFlow reads such files too, but does not say at which byte one is damaged.
"""

import gzip
import hashlib
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from nasplug import NasplugError

_HEADER = struct.Struct("<QI")  # little endian: length, its checksum
_CHECKSUM = struct.Struct("<I")
_CHUNK = 1 << 20
MAX_LENGTH = 1 << 16  # bytes of a record; one of the dataset has about 400


class BadFile(NasplugError):
    """A file is not the dataset, or it is damaged; the message names the byte."""


def masked_crc(data: bytes) -> int:
    """Returns TensorFlow's checksum: the CRC-32C, rotated right by 15 bits, plus a constant."""
    from google_crc32c import value

    crc: int = value(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


class TFRecordFile:
    """The records of a file, plain or gzip, which are read once; `bytes_read` counts unzipped bytes so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes_read = 0
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the unzipped content that was read so far, in hexadecimal."""
        return self._digest.hexdigest()

    def records(self) -> Iterator[tuple[int, bytes]]:
        """Yields the byte offset and the data of each record; raises `BadFile` at the first that is damaged."""
        try:
            with self.path.open("rb") as raw:
                zipped = raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
                yield from self._records(gzip.GzipFile(fileobj=raw) if zipped else raw)  # type: ignore[arg-type]
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadFile(
                f"{self.path}: the gzip stream breaks off or is damaged after {self.bytes_read} bytes of content "
                f"({error}). Download the file again."
            ) from error

    def _records(self, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
        buffer, start, offset, more = b"", 0, 0, True
        while True:
            if more and len(buffer) - start < MAX_LENGTH + 16:
                content = self._read(stream)
                buffer, start, more = buffer[start:] + content, 0, bool(content)
            if start == len(buffer):
                return
            data = self._record(buffer, start, offset)
            yield offset, data
            start += len(data) + 16
            offset += len(data) + 16

    def _read(self, stream: BinaryIO) -> bytes:
        content = stream.read(_CHUNK)
        self._digest.update(content)
        self.bytes_read += len(content)
        return content

    def _record(self, buffer: bytes, start: int, offset: int) -> bytes:
        """Returns the data of the record at `start` of `buffer`, which is at `offset` in the file."""
        left = len(buffer) - start
        if left < 12:
            raise self._bad(offset, f"the file ends after {left} of the 12 bytes of a record's header")
        length, checksum = _HEADER.unpack_from(buffer, start)
        if masked_crc(buffer[start : start + 8]) != checksum:
            hint = "this is no TFRecord file" if offset == 0 else "the file is damaged"
            raise self._bad(offset, f"the checksum of the record's length is wrong: {hint}")
        if length > MAX_LENGTH:
            raise self._bad(offset, f"a record of {length} bytes is none of this dataset")
        if left < length + 16:
            raise self._bad(offset, f"the file ends after {left} of the record's {length + 16} bytes")
        data = buffer[start + 12 : start + 12 + length]
        if masked_crc(data) != _CHECKSUM.unpack_from(buffer, start + 12 + length)[0]:
            raise self._bad(offset, "the checksum of the record's data is wrong: the file is damaged")
        return data

    def _bad(self, offset: int, problem: str) -> BadFile:
        return BadFile(
            f"{self.path}, byte {offset}: {problem}. Expected nasbench_only108.tfrecord or nasbench_full.tfrecord."
        )
