"""OPC UA status codes as columns of the canonical reading: a dictionary per batch, decoded by Arrow.

A stream holds few different codes, so each is read once. What a code means stands in
ingestion.typing.status.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.typing.quality_codes import Meaning
from ingestion.typing.status import meaning


class StatusColumns(NamedTuple):
    """The columns in the order of the canonical reading."""

    status: pa.Array
    status_code: pa.Array
    is_substituted: pa.Array
    is_questionable: pa.Array
    is_clamped: pa.Array


def status_columns(codes: Sequence[int]) -> StatusColumns:
    """Status, original code (0x and eight digits) and flags of each code."""
    encoded = pa.array(codes, pa.uint32()).dictionary_encode()
    said = [meaning_of(code) for code in encoded.dictionary.to_pylist()]
    types = (pa.string(), pa.string(), pa.bool_(), pa.bool_(), pa.bool_())
    members = zip(*said, strict=True) if said else [[]] * len(types)
    return StatusColumns(
        *(
            pc.take(pa.array(list(values), kind), encoded.indices)
            for values, kind in zip(members, types, strict=True)
        )
    )


@lru_cache(maxsize=65_536)
def meaning_of(code: int) -> tuple[str, str, bool, bool, bool]:
    """(status, code as text, substituted, questionable, clamped) of a StatusCode."""
    text = f"0x{code:08X}"
    said = meaning("opc_ua", text) or Meaning("bad")  # the reserved severity counts as bad
    return said.status, text, said.substituted, said.questionable, said.clamped
