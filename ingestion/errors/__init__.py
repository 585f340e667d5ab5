"""The errors of ingestion. Each has typed fields, builds its own message and names the next step.

TundishError
├── ConfigurationError         a setting, plant file or contract is wrong: mend it, then run again
│   ├── PlantError
│   └── ContractError
├── FileError                  one delivered file cannot be taken in: it is held, the others go on
│   ├── EmptyFileError
│   ├── UnreadableFileError
│   ├── WrongEncodingError
│   ├── WrongDelimiterError
│   ├── WrongRowEndError
│   ├── MissingColumnError
│   ├── NewColumnError
│   ├── TypeChangedError
│   ├── TooManyQuarantinedError
│   ├── RecordsChangedError
│   └── FileChangedError       retryable: the file is still being written
├── SpoolError                 the spool of a live source refuses: nothing was written
│   ├── SpoolFullError         retryable
│   └── SpoolInUseError        retryable
├── ConnectorError             a system that should be fetched from does not answer as agreed: others go on
│   └── PullError              all that failed while one source was fetched, by table
└── LakeError                  the lake refuses: nothing was committed
    ├── ArchiveError
    ├── NaiveTimestampError
    ├── NotRecoverableError
    ├── RowBalanceError
    ├── UnsupportedTableError
    └── TableNotFoundError

Other rooms derive their errors from TundishError. Messages are not built anywhere else.
"""

from ingestion.errors.connectors import ConnectorError, PullError, SpoolError, SpoolFullError, SpoolInUseError
from ingestion.errors.files import (
    EmptyFileError,
    FileChangedError,
    FileError,
    MissingColumnError,
    NewColumnError,
    RecordsChangedError,
    TooManyQuarantinedError,
    TypeChangedError,
    UnreadableFileError,
    WrongDelimiterError,
    WrongEncodingError,
    WrongRowEndError,
)
from ingestion.errors.lake import (
    ArchiveError,
    LakeError,
    NaiveTimestampError,
    NotRecoverableError,
    RowBalanceError,
    TableNotFoundError,
    UnsupportedTableError,
)
from ingestion.errors.tree import ConfigurationError, ContractError, PlantError, TundishError

__all__ = [
    "ArchiveError",
    "ConfigurationError",
    "ConnectorError",
    "ContractError",
    "EmptyFileError",
    "FileChangedError",
    "FileError",
    "LakeError",
    "MissingColumnError",
    "NaiveTimestampError",
    "NewColumnError",
    "NotRecoverableError",
    "PlantError",
    "PullError",
    "RecordsChangedError",
    "RowBalanceError",
    "SpoolError",
    "SpoolFullError",
    "SpoolInUseError",
    "TableNotFoundError",
    "TooManyQuarantinedError",
    "TundishError",
    "TypeChangedError",
    "UnreadableFileError",
    "UnsupportedTableError",
    "WrongDelimiterError",
    "WrongEncodingError",
    "WrongRowEndError",
]
