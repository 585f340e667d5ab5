"""The words that a contract may use: formats, load modes, ways to parse a column, and our extras to ODCS."""

from typing import Literal, TypeAlias

RECORDINGS = ("waveform", "tdms", "mdf4", "hdf5", "matlab", "wav")
FORMATS = (
    "delimited",
    "fixed_width",
    "pipe_table",
    "jsonl",
    "json",
    "xml",
    "nodeset",
    "excel",
    "parquet",
    "line_protocol",
    "annotated_csv",
    "pi_web_api",
    "ignition",
    "proficy",
    *RECORDINGS,
)
LOAD_MODES = ("append", "upsert", "snapshot")
UNIT_PARSES = ("unit_dimension", "unit_factor", "unit_offset")
PARSES = (
    "text",
    "pseudonym",
    "integer",
    "decimal",
    "boolean",
    "date",
    "dats",
    "tims",
    "local_timestamp",
    "utc_timestamp",
    "number_else_null",
    "text_else_null",
    "utc_date_of",
    "list",
    "epoch",
    "nanoseconds",
    "reading_value",
    "reading_text",
    "status_of",
    "substituted_of",
    "questionable_of",
    "clamped_of",
    "absent",
    *UNIT_PARSES,
)
CODE_PARSES = ("status_of", "substituted_of", "questionable_of", "clamped_of")
DERIVED = ("utc_date_of", *UNIT_PARSES)  # from another column of the row: a file does not hold them
WITHOUT_HEADER = (*DERIVED, "absent")
TABLE_EXTRAS = {
    "format",
    "formatOptions",
    "files",
    "archives",
    "loadMode",
    "localTime",
    "maxQuarantinedPct",
    "minQuarantinedRows",
    "extract",
    "drift",
    "evidence",  # of a draft: what its guesses rest on; for people, nothing follows from it
}
COLUMN_EXTRAS = {"parse", "parseFormat", "unit", "nullValues", "values", "evidence"}

LoadMode: TypeAlias = Literal["append", "upsert", "snapshot"]
Format: TypeAlias = str  # one of FORMATS
