"""The section `quarantine` of plant.yml: what it takes, and what it says no to."""

from pathlib import Path

import pytest

from ingestion.errors import PlantError
from ingestion.quarantine_policy import read_quarantine_policy

PLANT = Path("plant.yml")


def test_without_a_section_rows_wait_for_ever() -> None:
    assert read_quarantine_policy(PLANT, None).days_of("mes__counters") is None


def test_a_table_may_have_days_of_its_own_or_none() -> None:
    section = {"expire_after_days": 180, "decided_by": "A. Person", "tables": {"a__b": 30, "a__c": None}}
    policy = read_quarantine_policy(PLANT, section)
    assert [policy.days_of(name) for name in ("a__a", "a__b", "a__c")] == [180, 30, None]


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ([], "quarantine is"),
        ({"expire": 3}, "unknown key 'expire'"),
        ({"expire_after_days": 0, "decided_by": "A. Person"}, "expire_after_days is 0"),
        ({"expire_after_days": True, "decided_by": "A. Person"}, "expire_after_days is True"),
        ({"tables": {"a__b": "soon"}, "decided_by": "A. Person"}, "tables.a__b is 'soon'"),
        ({"expire_after_days": 3}, "decided_by is empty"),
        ({"tables": {"a__b": 3}}, "decided_by is empty"),
    ],
)
def test_a_section_that_cannot_be_used_is_refused(section: object, told: str) -> None:
    with pytest.raises(PlantError, match=told):
        read_quarantine_policy(PLANT, section)
