"""Which dimension of quality a rule is about.

Here: the six dimensions of ISO/IEC 25012 and DAMA that scores are given for, and the one table from rules to them. A rule of a
contract goes by the word before its colon, a test of dbt and an expectation by their type. Not here: judging or counting.
"""

from __future__ import annotations

DIMENSIONS = ("accuracy", "completeness", "conformity", "consistency", "uniqueness", "timeliness")
OTHERS = "consistency"
"""Of rules that compare values with each other, and of those that are told nowhere."""
_COLUMN = "expect_column_values_to_"
_RULES = {
    "completeness": (
        "required not_null no_nulls missing_column empty_file truncated_row row_balance too_few_rows too_many_quarantined "
        f"{_COLUMN}not_be_null expect_column_proportion_of_non_null_values_to_be_between "
        "expect_table_row_count_to_be_between expect_table_row_count_to_equal expect_table_to_exist"
    ),
    "conformity": (
        "type pattern set length malformed_row new_column type_changed schema_drift unexpected_column wrong_delimiter "
        "wrong_encoding unreadable_file accepted_values expect_table_to_be_readable "
        f"{_COLUMN}be_in_set {_COLUMN}not_be_in_set {_COLUMN}match_regex {_COLUMN}not_match_regex "
        "expect_column_value_lengths_to_be_between expect_column_value_lengths_to_equal"
    ),
    "accuracy": (
        f"range not_negative {_COLUMN}be_between {_COLUMN}be_null expect_column_min_to_be_between "
        "expect_column_max_to_be_between expect_column_mean_to_be_between expect_column_sum_to_be_between "
        "expect_series_to_change_slowly"
    ),
    "uniqueness": (
        f"duplicate_key unique unique_combination {_COLUMN}be_unique expect_compound_columns_to_be_unique "
        "expect_column_unique_value_count_to_be_between"
    ),
    "timeliness": "freshness still_written",
}
BY_RULE = {rule: dimension for dimension, rules in _RULES.items() for rule in rules.split()}


def dimension_of(rule: str) -> str:
    """Return the dimension of a rule by its name."""
    return BY_RULE.get(rule.partition(":")[0], OTHERS)
