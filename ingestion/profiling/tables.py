"""All guesses about one table, made of the rows that were read."""

from dataclasses import dataclass, replace

import numpy as np

from ingestion.profiling.columns import month_language, profiled
from ingestion.profiling.deliveries import guess_load_mode
from ingestion.profiling.keys import guess_key
from ingestion.profiling.known import guess_known
from ingestion.profiling.model import ColumnProfile, Group, Guess
from ingestion.profiling.moments_of_two import with_moments
from ingestion.profiling.notation import Notation, guess_notation
from ingestion.profiling.reading import TABLE, Rows
from ingestion.profiling.types import Typed
from ingestion.profiling.values import TEXT
from ingestion.profiling.zone import Observed


@dataclass(frozen=True)
class Guessed:
    """What the rows of a table say; `observed` are its local times."""

    group: Group
    columns: tuple[ColumnProfile, ...]
    key: tuple[str, ...]
    notation: Notation
    load_mode: str
    guesses: tuple[Guess, ...]
    sampled: str
    rows: int
    observed: tuple[Observed, ...]


def guess_table(rows: Rows, *, american: bool) -> Guessed:
    """Look at every column, then at keys and deliveries. `american`: month before day, where nothing tells."""
    notation, numbers = guess_notation(rows)
    found = profiled(rows, notation, day_first=not american or notation.decimal == ",")
    columns = with_moments([column for column, _ in found])
    key = guess_key(rows, columns)
    keyed = [column for name in key.columns for column in columns if column.columns[0].name == name]
    load_mode = guess_load_mode(rows, keyed)
    language = month_language([typed for _, typed in found])
    group = rows.group
    if language:
        group = replace(group, options={**group.options, "monthNames": language})
    problems = [Guess("problem", name, "high", words) for name, words in rows.problems]
    return Guessed(
        group=group,
        columns=columns,
        key=key.columns,
        notation=notation,
        load_mode=load_mode.value,
        guesses=(
            *group.guesses,
            *filter(None, (guess_known(group), numbers)),
            key.guess,
            load_mode,
            *problems,
        ),
        sampled=rows.sampled,
        rows=rows.count,
        observed=tuple(
            _observed(rows, column, typed) for column, typed in found if typed.parse == "local_timestamp"
        ),
    )


def _observed(rows: Rows, column: ColumnProfile, typed: Typed) -> Observed:
    """The local times of a column, and the newest of each file that was read to its end."""
    texts = f"SELECT f, trim({rows.column(column.header)}) AS {TEXT} FROM {TABLE}"
    moments = f"SELECT f, epoch_us(CAST({typed.expression} AS TIMESTAMP)) AS us FROM ({texts})"
    connection = rows.connection
    local = connection.execute(f"SELECT us FROM ({moments}) WHERE us IS NOT NULL").fetchnumpy()["us"]
    newest = connection.execute(
        f"SELECT f, max(us) FROM ({moments}) GROUP BY f HAVING max(us) IS NOT NULL ORDER BY f"
    ).fetchall()
    times = [
        (int(us), rows.samples[number].file.mtime_ns // 1000)
        for number, us in newest
        if not rows.cut and not rows.samples[number].share
    ]
    name = f"{rows.group.name}.{column.columns[0].name}"
    return Observed(name, np.asarray(local, dtype=np.int64), times)
