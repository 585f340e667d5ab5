"""Runs as a process of its own: a MATLAB file of version 4 to 7.2 becomes one .npy file per array, and a list of them.

scipy's reader can crash the process on damaged bytes, not only raise. Imports nothing of Tundish; matlab.py starts it
with the file and a folder, and reads `variables.json` there: arrays, single values, and what is neither.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat

_MOST_NESTED = 8


def main(source: Path, folder: Path) -> None:
    """Write the arrays and the list."""
    found: dict[str, Any] = {"arrays": [], "values": {}, "others": []}
    for name, value in loadmat(source, squeeze_me=False, struct_as_record=True).items():
        if not name.startswith("__"):
            _walk(found, folder, ("", name), value, 0)
    (folder / "variables.json").write_text(json.dumps(found))


def _walk(found: dict[str, Any], folder: Path, place: tuple[str, str], value: Any, depth: int) -> None:
    group, name = place
    path = f"{group}/{name}" if group else name
    if not isinstance(value, np.ndarray) or value.size == 0:
        return
    if value.dtype.names and value.size == 1 and depth < _MOST_NESTED:
        for inner in value.dtype.names:
            _walk(found, folder, (path, inner), value.ravel()[0][inner], depth + 1)
    elif value.size == 1 and value.dtype.kind in "fiuU":
        found["values"][path] = value.ravel()[0].item()
    elif value.dtype.kind in "fiu" and value.ndim <= 2:
        file = f"{len(found['arrays'])}.npy"
        np.save(folder / file, value)
        found["arrays"].append([group, name, file])
    else:
        why = "no number" if value.dtype.kind not in "fiu" else f"an array of {value.ndim} dimensions"
        found["others"].append([group, name, why])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
