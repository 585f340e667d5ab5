"""Python's garbage collector in processes that read one large graph of objects and end.

Definitions of Dagster and a manifest of dbt are a million objects that live as long as the process: to look through
them again and again cost a quarter of the time of a run that has nothing to do. Here: when
the collector looks. Not here: what the objects are.
"""

from __future__ import annotations

import gc

_NEW_OBJECTS = 200_000
_YOUNG_COLLECTIONS = 30


def collect_rarely() -> None:
    """Let the collector look after 200,000 new objects, not after 700; what is not in a cycle goes at once as ever."""
    gc.set_threshold(_NEW_OBJECTS, _YOUNG_COLLECTIONS, _YOUNG_COLLECTIONS)


def keep_what_is_there() -> None:
    """Tell the collector that all objects of now live until the end: it looks at none of them again."""
    gc.freeze()
