"""Evaluating rules that differ only in their columns as one rule on the columns stacked below each other.

A rule that looks at each row alone holds on every column if and only if it holds on all of them stacked.
Great Expectations needs about 6 ms for a rule whatever the rows; on the suites here this saves a third of it.

Here: grouping and stacking, with pandas only. Not here: the engine (`gx_engine`), which evaluates a stack
first and, if that does not hold, each of its rules alone, so that every failure names its own column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from quality.suite import COLUMN_KEYS, Expectation


@dataclass(frozen=True, slots=True)
class Stack:
    """Rules at `numbers`, all said by `expectation` about the columns of `frame`."""

    numbers: tuple[int, ...]
    expectation: Expectation
    frame: pd.DataFrame


def build_stacks(
    frame: pd.DataFrame, expectations: Sequence[Expectation], is_row_wise: Callable[[Expectation], bool]
) -> list[Stack]:
    """Stacks of at least two rules with equal type, arguments and column types; other rules are left out."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, expectation in enumerate(expectations):
        if _has_plain_columns(frame, expectation) and is_row_wise(expectation):
            types = [str(frame[name].dtype) for name in _columns(expectation).values()]
            keys = [*_columns(expectation), expectation.type, expectation.rule, *types]
            groups.setdefault(tuple(keys), []).append(number)
    return [_stack(frame, expectations, numbers) for numbers in groups.values() if len(numbers) > 1]


def _stack(frame: pd.DataFrame, expectations: Sequence[Expectation], numbers: Sequence[int]) -> Stack:
    """One frame whose columns are called as the rule's arguments: `column`, or `column_A` and `column_B`."""
    first = expectations[numbers[0]]
    roles = list(_columns(first))
    stacked = {
        role: pd.concat(
            [frame[_columns(expectations[number])[role]] for number in numbers], ignore_index=True
        )
        for role in roles
    }
    kwargs = {**first.kwargs, **{role: role for role in roles}}
    return Stack(tuple(numbers), Expectation(first.type, kwargs, first.severity), pd.DataFrame(stacked))


def _columns(expectation: Expectation) -> dict[str, str]:
    """The rule's columns by argument."""
    return {role: str(expectation.kwargs[role]) for role in COLUMN_KEYS if role in expectation.kwargs}


def _has_plain_columns(frame: pd.DataFrame, expectation: Expectation) -> bool:
    """True if the rule is about one column or a pair, nothing else, and the frame has them."""
    columns = tuple(dict.fromkeys(_columns(expectation).values()))
    return bool(columns) and columns == expectation.columns and all(name in frame.columns for name in columns)
