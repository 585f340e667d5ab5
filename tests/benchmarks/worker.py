"""One contender of one benchmark, alone in a process.

    python -m tests.benchmarks.worker <module> <benchmark> prepare <input folder> <scale>
    python -m tests.benchmarks.worker <module> <benchmark> <contender> <input folder> <target folder>

Prints one line of JSON: seconds of the timed part, rows, bytes (null if the contender gave rows only), peak_mib.
"""

import importlib
import json
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
    found = run()
    seconds = time.perf_counter() - begun
    rows, size = (found.rows, found.bytes) if isinstance(found, Work) else (found, None)
    print(json.dumps({"seconds": seconds, "rows": rows, "bytes": size, "peak_mib": peak_mib()}), flush=True)


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
