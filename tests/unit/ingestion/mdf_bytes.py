"""MDF4 written byte by byte after ASAM's description: one data group per call, metadata in front, data at the end."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

DOUBLE, INT16 = (4, 64, "<f8"), (2, 16, "<i2")
START_NS = 1_752_000_000_123_456_000


@dataclass
class Mdf:
    """Blocks in the order of their addresses; links are filled in where the address is known."""

    version: bytes = b"4.10    "
    unfinalized: int = 0
    time_flags: int = 2
    body: bytearray = field(default_factory=lambda: bytearray(64))

    def block(self, name: bytes, links: Sequence[int], data: bytes) -> int:
        """Append a block and return its address; all blocks start at multiples of 8."""
        self.body += bytes(-len(self.body) % 8)
        address = len(self.body)
        length = 24 + 8 * len(links) + len(data)
        self.body += name + struct.pack("<IQQ", 0, length, len(links))
        self.body += struct.pack(f"<{len(links)}Q", *links) + data
        return address

    def text(self, text: str) -> int:
        return self.block(b"##TX", [], text.encode() + b"\0")

    def link(self, address: int, place: int, target: int) -> None:
        """Set a link of a block that is already there."""
        struct.pack_into("<Q", self.body, address + 24 + 8 * place, target)

    def header(self) -> int:
        data = struct.pack("<QhhBBBBdd", START_NS, 60, 60, self.time_flags, 0, 0, 0, 0.0, 0.0)
        address = self.block(b"##HD", [0] * 6, data)
        assert address == 64
        history = self.block(b"##FH", [0, self.text("test")], struct.pack("<QhhB3x", START_NS, 0, 0, 2))
        self.link(address, 1, history)
        return address

    def channel(
        self, name: str, kind: tuple[int, int, str], offset: int, *, unit: str = "", **given: Any
    ) -> int:
        """A channel; `conversion` (offset, factor) is linear, `invalid` is its invalidation bit, `master` makes it time."""
        conversion = 0
        if "conversion" in given:
            data = struct.pack("<BBHHHdd2d", 1, 0, 0, 0, 2, 0.0, 0.0, *given["conversion"])
            conversion = self.block(b"##CC", [0, 0, 0, 0], data)
        unit_at = self.text(unit) if unit else 0
        links = [0, 0, self.text(name), 0, conversion, 0, unit_at, 0]
        is_master = bool(given.get("master"))
        flags = 2 if "invalid" in given else 0
        data = struct.pack(
            "<BBBBIIIIBBH6d", 2 if is_master else 0, 1 if is_master else 0, kind[0], 0, offset, kind[1], flags,
            given.get("invalid", 0), 0, 0, 0, *[0.0] * 6,
        )  # fmt: skip
        return self.block(b"##CN", links, data)

    def group(
        self, name: str, channels: Sequence[int], cycles: int, size: int, invalid_bytes: int = 0
    ) -> int:
        """A data group with one channel group; its data block is linked later."""
        for one, following in pairwise(channels):
            self.link(one, 0, following)
        data = struct.pack("<QQHHIII", 0, cycles, 0, 0, 0, size, invalid_bytes)
        channel_group = self.block(b"##CG", [0, channels[0], self.text(name), 0, 0, 0], data)
        return self.block(b"##DG", [0, channel_group, 0, 0], struct.pack("<B7x", 0))

    def content(self) -> bytes:
        """The file."""
        name = b"UnFinMF " if self.unfinalized else b"MDF     "
        head = name + self.version + b"test    " + struct.pack("<4xH30xHH", 410, self.unfinalized, 0)
        return bytes(head.ljust(64, b"\0")[:64]) + bytes(self.body[64:])


def records(columns: Sequence[tuple[np.ndarray, tuple[int, int, str]]]) -> bytes:
    """Records of fixed size, one after the other."""
    kinds = [(f"c{place}", kind[2]) for place, (_, kind) in enumerate(columns)]
    table = np.zeros(len(columns[0][0]), dtype=kinds)
    for place, (values, _) in enumerate(columns):
        table[f"c{place}"] = values
    return table.tobytes()
