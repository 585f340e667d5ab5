"""Which type changes lose no value: those that Delta calls type widening. Doing it to a table is lake/widen.py."""

import re

_DIGITS = {"INTEGER": 10, "BIGINT": 19}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")


def widens(old: str, new: str) -> bool:
    """True if every value of DuckDB type `old` is one of `new`; integers below 2**31 are exact as DOUBLE."""
    if (old, new) in {("INTEGER", "BIGINT"), ("INTEGER", "DOUBLE"), ("FLOAT[]", "DOUBLE[]")}:
        return True
    target = _DECIMAL.fullmatch(new)
    if target is None:
        return False
    whole, scale = int(target[1]) - int(target[2]), int(target[2])
    if old in _DIGITS:
        return whole >= _DIGITS[old]
    source = _DECIMAL.fullmatch(old)
    if source is None or old == new:
        return False
    return whole >= int(source[1]) - int(source[2]) and scale >= int(source[2])
