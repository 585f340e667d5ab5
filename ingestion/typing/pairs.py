"""Rules that compare two columns of a row: rows that break one are put aside under it.

They see final values: local times are UTC by then. A row that lacks one of the two values keeps the rule. Not here: rules
on one column (rules.py) and on batches (quality).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import Contract
from ingestion.contracts.quality import PAIRS
from ingestion.typing.rules import Rule

_WORDS = {">": "gt", ">=": "ge", "=": "eq"}
"""How an operator is written in the id of a rule, which people type in a shell."""


@dataclass(frozen=True)
class PairRule:
    """`left` and `right` are columns; `operator` is one of >, >=, =."""

    left: str
    operator: str
    right: str

    @property
    def rule(self) -> Rule:
        """As it is shown; the id names all that makes the rule, so it neither repeats nor depends on other rules."""
        name = f"pair:{self.left}:{_WORDS[self.operator]}:{self.right}"
        return Rule(name, self.left, f"{self.left} {self.operator} {self.right}")

    def breaks(self, rows: pa.RecordBatch) -> npt.NDArray[np.bool_]:
        """True for each row whose two values are there and do not compare so."""
        compare = {">": pc.less_equal, ">=": pc.less, "=": pc.not_equal}[self.operator]
        broken = compare(rows.column(self.left), rows.column(self.right))
        return np.asarray(pc.fill_null(broken, False))


def pair_rules(contract: Contract) -> tuple[PairRule, ...]:
    """The contract's rules about two columns of a row."""
    return tuple(
        PairRule(
            rule.arguments["column_A"],
            PAIRS[rule.type] + ("=" if rule.arguments.get("or_equal") and PAIRS[rule.type] == ">" else ""),
            rule.arguments["column_B"],
        )
        for rule in contract.quality
        if rule.of_rows
    )


def judged(
    pairs: Sequence[PairRule],
    first: int,
    rows: pa.RecordBatch,
    verdict: npt.NDArray[np.int64],
    settled: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """`verdict` with the first pair rule that a settled row breaks; -1 is none, `first` the code of the first pair rule."""
    for code, pair in enumerate(pairs, start=first):
        verdict = np.where(settled & (verdict < 0) & pair.breaks(rows), code, verdict)
    return verdict
