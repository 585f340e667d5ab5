"""One contender of one benchmark, alone in a process.

    python -m tests.benchmarks.worker <module> <benchmark> prepare <input folder> <scale>
    python -m tests.benchmarks.worker <module> <benchmark> <contender> <input folder> <target folder>

Prints one line of JSON: seconds and cpu (seconds on the processors, with ended children) of the timed part, rows, bytes and
parts (null if the contender gave rows only), peak_mib.
"""

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

from tests.benchmarks.table import BENCHMARKS, Work


def main() -> None:
    """Do what the arguments say."""
    module, name, what, folder, last = sys.argv[1:]
    importlib.import_module(module)
    benchmark = BENCHMARKS[name]
    if what == "prepare":
        run, begun = (lambda: benchmark.prepare(Path(folder), float(last))), time.perf_counter()
    else:
        run = benchmark.contenders[what].start(Path(folder), Path(last))
        begun = time.perf_counter()
    used = on_processors()
    found = run()
    seconds, used = time.perf_counter() - begun, on_processors() - used
    rows, size, parts = (
        (found.rows, found.bytes, found.parts) if isinstance(found, Work) else (found, None, None)
    )
    peak = peak_mib()
    if isinstance(found, Work) and found.check is not None:
        found.check()
    said = {
        "seconds": seconds,
        "cpu": used,
        "rows": rows,
        "bytes": size,
        "parts": parts,
        "peak_mib": peak,
    }
    print(json.dumps(said), flush=True)


def on_processors() -> float:
    """User and system seconds of this process and its ended children so far."""
    return sum(os.times()[:4])


def peak_mib() -> float:
    """Peak resident memory of this process, or of its largest child."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss of a fresh process may still hold the peak of the one that started it
        lines = status.read_text().splitlines()
        own = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
        return max(own / 1024, children)
    return max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, children)


if __name__ == "__main__":
    main()
