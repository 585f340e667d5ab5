"""TDMS written byte by byte after the vendor's description of the format: an oracle that shares no code with readers."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

DOUBLE, INT16, UINT32, TEXT, TIMESTAMP = 0x0A, 0x02, 0x07, 0x20, 0x44
DAQMX_TYPE, DAQMX_INDEX, DAQMX_INT16, DAQMX_TOC = 0xFFFFFFFF, 0x1269, 3, 1 << 7
LETTERS = {DOUBLE: "f8", INT16: "i2"}
SECONDS_1904_TO_1970 = 2_082_844_800


def _text(text: str, order: str) -> bytes:
    raw = text.encode()
    return struct.pack(f"{order}I", len(raw)) + raw


def _timestamp(us: int, order: str) -> bytes:
    seconds, micros = divmod(us, 1_000_000)
    fraction = round(micros / 1e6 * 2**64)
    seconds += SECONDS_1904_TO_1970
    return struct.pack("<Qq", fraction, seconds) if order == "<" else struct.pack(">qQ", seconds, fraction)


def _property(name: str, value: Any, order: str) -> bytes:
    head = _text(name, order)
    if isinstance(value, str):
        return head + struct.pack(f"{order}I", TEXT) + _text(value, order)
    if isinstance(value, tuple):  # ("us since 1970",)
        return head + struct.pack(f"{order}I", TIMESTAMP) + _timestamp(value[0], order)
    if isinstance(value, int):
        return head + struct.pack(f"{order}II", UINT32, value)
    return head + struct.pack(f"{order}Id", DOUBLE, value)


def _object(path: str, index: bytes, properties: Mapping[str, Any], order: str) -> bytes:
    listed = b"".join(_property(name, value, order) for name, value in properties.items())
    return _text(path, order) + index + struct.pack(f"{order}I", len(properties)) + listed


def segment(
    channels: Mapping[str, Sequence[float]],
    *,
    kind: int = DOUBLE,
    group: str = "G",
    properties: Mapping[str, Mapping[str, Any]] | None = None,
    big_endian: bool = False,
    interleaved: bool = False,
    chunks: int = 1,
    closed: bool = True,
) -> bytes:
    """One segment with its metadata; `chunks` times the same channels, cut into equal parts."""
    order = ">" if big_endian else "<"
    given = properties or {}
    objects = [_object("/", b"\xff" * 4, given.get("/", {}), order)]
    objects.append(_object(f"/'{group}'", b"\xff" * 4, given.get(f"/'{group}'", {}), order))
    parts: list[list[np.ndarray[Any, Any]]] = [[] for _ in range(chunks)]
    for name, samples in channels.items():
        cut = np.split(np.asarray(samples, dtype=order + LETTERS[kind]), chunks)
        index = struct.pack(f"{order}IIIQ", 20, kind, 1, len(cut[0]))
        objects.append(_object(f"/'{group}'/'{name}'", index, given.get(name, {}), order))
        for place, part in enumerate(cut):
            parts[place].append(part)
    body = struct.pack(f"{order}I", len(objects)) + b"".join(objects)
    raw = b"".join(
        np.stack(part, axis=1).astype(order + LETTERS[kind]).tobytes()
        if interleaved
        else b"".join(one.tobytes() for one in part)
        for part in parts
    )
    toc = 0b1110 | (interleaved << 5) | (big_endian << 6)
    length = len(body) + len(raw) if closed else 2**64 - 1
    return b"TDSm" + struct.pack("<I", toc) + struct.pack(f"{order}IQQ", 4713, length, len(body)) + body + raw


def daqmx(channels: Mapping[str, Sequence[int]], scales: Mapping[str, tuple[float, float]]) -> bytes:
    """One segment as a card writes it: raw 16-bit counts of all channels side by side, each with slope and intercept."""
    count, width = len(next(iter(channels.values()))), 2 * len(channels)
    objects = [_object("/", b"\xff" * 4, {}, "<"), _object("/'G'", b"\xff" * 4, {}, "<")]
    for place, name in enumerate(channels):
        index = struct.pack("<IIIQI", DAQMX_INDEX, DAQMX_TYPE, 1, count, 1)
        index += struct.pack(
            "<IIIII", DAQMX_INT16, 0, 2 * place, 0, 0
        )  # type, card, offset, bitmap, scale id
        index += struct.pack("<II", 1, width)
        slope, intercept = scales[name]
        properties = {
            "NI_Number_Of_Scales": 2,
            "NI_Scale[1]_Scale_Type": "Linear",
            "NI_Scale[1]_Linear_Slope": slope,
            "NI_Scale[1]_Linear_Y_Intercept": intercept,
            "NI_Scale[1]_Linear_Input_Source": 0,
        }
        objects.append(_object(f"/'G'/'{name}'", index, properties, "<"))
    body = struct.pack("<I", len(objects)) + b"".join(objects)
    raw = np.stack([np.asarray(one, dtype="<i2") for one in channels.values()], axis=1).tobytes()
    return b"TDSm" + struct.pack("<IIQQ", 0b1110 | DAQMX_TOC, 4713, len(body + raw), len(body)) + body + raw
