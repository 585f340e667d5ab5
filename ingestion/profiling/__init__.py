"""Profiling: sample files of a system that nobody has described yet become draft contracts, guesses with evidence.

Belongs here: recognising files, reading a bounded sample with the readers of formats/, guessing with the expressions of
typing/, writing drafts and proving them by a load. Does not belong here: dbt models of a new source and plant files
(orchestration.lib.scaffold), changes of a source that has a contract (drift/).
"""

from ingestion.profiling.model import Check, ColumnProfile, Guess, Profile, TableProfile
from ingestion.profiling.run import Request, profile

__all__ = ["Check", "ColumnProfile", "Guess", "Profile", "Request", "TableProfile", "profile"]
