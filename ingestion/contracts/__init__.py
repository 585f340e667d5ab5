"""Contracts: what a delivered table looks like, and everything that follows from it.

A contract is an ODCS 3.1 file, sources/<system>/<table>.contract.yml, in the dialect of vocabulary.py: our few extras
stand in customProperties. Frozen value objects come out.
Belongs here: loading, checking, names and Arrow schema derived from a contract. Reading files: formats/; typing and
rules as SQL: typing/; judging batches: quality.
"""

from ingestion.contracts.model import TECHNICAL_FIELDS, Column, Contract, LocalTime
from ingestion.contracts.odcs import SOURCES, load_contract, load_contracts
from ingestion.contracts.vocabulary import CODE_PARSES, DERIVED, RECORDINGS, UNIT_PARSES

__all__ = [
    "CODE_PARSES",
    "DERIVED",
    "RECORDINGS",
    "SOURCES",
    "TECHNICAL_FIELDS",
    "UNIT_PARSES",
    "Column",
    "Contract",
    "LocalTime",
    "load_contract",
    "load_contracts",
]
