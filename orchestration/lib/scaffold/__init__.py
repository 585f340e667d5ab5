"""Scaffolding of a new source: from draft contracts to the files that make it a part of the pipeline.

Here: which files there are, their text, and lines in files that exist already. Not here: guessing drafts
(``ingestion.profiling``), files that follow from contracts (``orchestration.lib.generate``), commands (``cli``).
"""

from orchestration.lib.scaffold.source import NewSource, ScaffoldError, add_source

__all__ = ["NewSource", "ScaffoldError", "add_source"]
