"""formatOptions that no reader can use are refused when contracts are read, before any file is there."""

from typing import Any

import pytest

from ingestion.contracts import load_contracts
from ingestion.errors import ContractError
from ingestion.formats import check_options
from tests.unit.ingestion.home import Home, column

TEXT = [column("id")]


def test_every_contract_of_the_house_passes() -> None:
    check_options(load_contracts())


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("delimited", {"delimitor": ";"}, "delimitor"),
        ("delimited", {"encoding": "utf-9"}, "utf-9"),
        ("jsonl", {"encodng": "utf-8"}, r"unknown formatOptions 'encodng' of format jsonl.*did you mean encoding"),
        ("jsonl", {"records": "a"}, "use decimal, encoding"),
        ("json", {"record": "a"}, "record"),
        ("json", {"maxRecordBytes": "much"}, r"formatOptions of format json.*'much'"),
        ("xml", {}, "records is missing"),
        ("excel", {"headerRow": 0}, "headerRow"),
        ("parquet", {"delimiter": ";"}, "delimiter"),
        ("fixed_width", {"field": []}, "field"),
        ("pipe_table", {"delimiter": ";"}, "delimiter"),
        ("line_protocol", {"precison": "ms"}, "did you mean precision"),
        ("line_protocol", {"precision": "days"}, "days"),
        ("annotated_csv", {"delimiter": ";"}, "delimiter"),
        ("pi_web_api", {"pageRow": 5}, "pageRow"),
        ("ignition", {"page": 5}, "page"),
        ("proficy", {"quote": "x"}, "quote"),
        ("tdms", {"rows": "week"}, "week"),
        ("nodeset", {"x": 1}, "nodeset"),
    ],
)  # fmt: skip
def test_what_a_reader_cannot_use_is_named(home: Home, kind: str, options: dict[str, Any], says: str) -> None:
    contract = home.contract(TEXT, format=kind, formatOptions=options)
    with pytest.raises(ContractError, match=says):
        check_options([contract])
