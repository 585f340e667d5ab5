"""An append-only file of framed records: what was written whole is read whole, a torn tail is told and cut.

Layout: 8 bytes of magic, then frames of {length uint32, CRC-32 uint32, payload}, little endian; the checksum covers
length and payload, so that a tail of zeros is no frame. A write lies in the page cache when append() returns (it
survives the death of the process) and on the disk when sync() returns (it survives a power cut).
Does not belong here: what a payload means, when files are rolled over (spool.py).
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

MAGIC = b"TUNSPL1\n"
MAX_PAYLOAD = 2**30
_LENGTH = struct.Struct("<I")
_HEAD = struct.Struct("<II")


class FrameWriter:
    """One file that is only appended to. The file must not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o640)
        self._dirty = True
        self.size = 0
        self._write(MAGIC)

    def append(self, payload: bytes | memoryview) -> None:
        """Write one frame; OSError (disk full) leaves the file as it was before."""
        self._write(_HEAD.pack(len(payload), _checksum(payload)), payload)

    def sync(self) -> None:
        """Wait until everything appended lies on the disk."""
        if self._dirty:
            os.fsync(self._handle)
            self._dirty = False

    def close(self) -> None:
        """Give up the file without waiting for the disk; sync() or sync_file() do that."""
        os.close(self._handle)

    def _write(self, *parts: bytes | memoryview) -> None:
        whole = sum(len(part) for part in parts)
        written = 0
        try:
            written = os.writev(self._handle, parts)
            if written != whole:
                rest = b"".join(parts)[written:]
                while rest:
                    rest = rest[os.write(self._handle, rest) :]
        except OSError:
            os.ftruncate(self._handle, self.size)
            raise
        self.size += whole
        self._dirty = True


def sync_file(path: Path) -> None:
    """Wait until what was written to a file, by whatever handle, lies on the disk."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def read_frames(path: Path) -> Iterator[bytes]:
    """The payloads of all whole frames, in order; ends before the first that is torn or damaged."""
    with path.open("rb") as handle:
        if handle.read(len(MAGIC)) != MAGIC:
            return
        while len(head := handle.read(_HEAD.size)) == _HEAD.size:
            length, checksum = _HEAD.unpack(head)
            payload = handle.read(length) if length <= MAX_PAYLOAD else b""
            if len(payload) != length or _checksum(payload) != checksum:
                return
            yield payload


def cut_torn_tail(path: Path) -> int:
    """Cut what is behind the last whole frame, as a kill or a power cut leaves it; the bytes that were cut."""
    whole = sum(_HEAD.size + len(payload) for payload in read_frames(path))
    size = path.stat().st_size
    with path.open("rb") as handle:
        keep = len(MAGIC) + whole if handle.read(len(MAGIC)) == MAGIC else 0
    if size > keep:
        os.truncate(path, keep)
    return size - keep


def _checksum(payload: bytes | memoryview) -> int:
    return zlib.crc32(payload, zlib.crc32(_LENGTH.pack(len(payload))))
