"""The chain of MDF4 blocks, as far as a damaged file must be judged before a library follows its links.

Belongs here: circles in the chain, and the data block that the end of a file cuts. What blocks mean is asammdf's
business (mdf.py). Format: ASAM MDF 4.1, a block is id[4], reserved[4], length u64, number of links u64, links u64[].
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_HEAD = struct.Struct("<4s4xQQ")
_HEADER_AT = 64
_MOST_LINKS = 1 << 20
_PLAIN = (b"##DT", b"##DV", b"##DI", b"##SD")


def check_chains(handle: BinaryIO) -> None:
    """ValueError if the chain of data groups, channel groups, channels or data lists runs in a circle."""
    seen: set[int] = set()
    for address, _ in _structure(handle):
        if address in seen:
            raise ValueError(f"the block at byte {address} is linked twice")
        seen.add(address)


def cut_block(handle: BinaryIO, size: int) -> int | None:
    """Address of the uncompressed data block that reaches beyond the end of the file; None if there is none."""
    for address, name in _structure(handle):
        if name in _PLAIN and address + _HEAD.size < size < address + _block(handle, address)[1]:
            return address
    return None


def mend_length(path: Path, address: int, size: int) -> None:
    """Let the data block at `address` end with the file."""
    with path.open("rb+") as handle:
        handle.seek(address + 8)
        handle.write(struct.pack("<Q", size - address))


def _structure(handle: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(address, id) of data groups, channel groups, channels, data lists and data blocks that are in the file."""
    _, _, links = _block(handle, _HEADER_AT)
    for group, group_links in _chain(handle, links[0] if links else 0):
        yield group, b"##DG"
        for channels, channels_links in _chain(handle, _at(group_links, 1)):
            yield channels, b"##CG"
            for channel, _ in _chain(handle, _at(channels_links, 1)):
                yield channel, b"##CN"
        yield from _data(handle, _at(group_links, 2))


def _data(handle: BinaryIO, address: int) -> Iterator[tuple[int, bytes]]:
    name, _, links = _block(handle, address)
    if name == b"##HL":
        address = _at(links, 0)
        name, _, links = _block(handle, address)
    if name not in (b"##DL", b"##LD"):
        yield address, name
        return
    for part, part_links in _chain(handle, address):
        yield part, name
        for data in part_links[1:]:
            if data:
                yield data, _block(handle, data)[0]


def _chain(handle: BinaryIO, address: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Blocks linked by their first link; a block that is seen again is given once more, then the chain ends."""
    seen: set[int] = set()
    while address:
        name, _, links = _block(handle, address)
        if not name:
            return
        yield address, links
        if address in seen:
            return
        seen.add(address)
        address = _at(links, 0)


def _at(links: tuple[int, ...], place: int) -> int:
    return links[place] if place < len(links) else 0


def _block(handle: BinaryIO, address: int) -> tuple[bytes, int, tuple[int, ...]]:
    """Id, length and links of a block; an empty id where there is none."""
    if address <= 0:
        return b"", 0, ()
    handle.seek(min(address, 2**62))
    head = handle.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return b"", 0, ()
    name, length, count = _HEAD.unpack(head)
    if not name.startswith(b"##") or name in (*_PLAIN, b"##DZ"):
        return name if name.startswith(b"##") else b"", length, ()
    raw = handle.read(8 * min(count, _MOST_LINKS))
    return name, length, struct.unpack(f"<{len(raw) // 8}Q", raw[: len(raw) // 8 * 8])
