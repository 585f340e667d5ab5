"""What dbt's last build left about itself: its run results.

Here: reading the file. Not here: what follows from it, as failures (``dbt_failures``), results of gates
(``quality_results``) or an order (``dbt_order``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def last_build(target: Path) -> Mapping[str, Any] | None:
    """Return the ``metadata`` and ``results`` of the build whose artifacts lie in ``target``; None if there are none."""
    path = target / "run_results.json"
    return json.loads(path.read_bytes()) if path.is_file() else None
