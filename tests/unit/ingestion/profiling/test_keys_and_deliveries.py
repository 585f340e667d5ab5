"""Keys of up to three columns, and what files that follow each other say about exports."""

from __future__ import annotations

import pytest
from samples import Samples


def lines(rows: list[tuple[object, ...]], header: str) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def guess_of(samples: Samples, about: str):
    table = samples.table()
    return table.contract, next(guess for guess in table.guesses if guess.about == about)


def test_the_smallest_set_of_speaking_names_is_the_key(samples: Samples):
    rows = [
        (order, item, f"R{order}{item}x", (order * item) % 7)
        for order in range(10, 30)
        for item in range(1, 6)
    ]
    samples.add("t.csv", lines(rows, "order_no,item,remark,qty"))
    contract, guess = guess_of(samples, "key")
    assert contract.key == ("remark",)
    assert guess.evidence.startswith("unique and filled in 100 rows")


def test_two_and_three_columns_are_tried(samples: Samples):
    rows = [(a, b, c, 1.5 * a) for a in range(5) for b in range(5) for c in range(5)]
    samples.add("t.csv", lines(rows, "client,order_no,item,value"))
    contract, _ = guess_of(samples, "key")
    assert sorted(contract.key) == ["client", "item", "order_no"]


def test_rows_repeated_word_for_word_do_not_spoil_a_key(samples: Samples):
    rows = [(n, "x") for n in range(200)]
    samples.add("t.csv", lines([*rows, *rows[:5]], "id,word"))
    contract, guess = guess_of(samples, "key")
    assert contract.key == ("id",)
    assert "5 rows are repeated word for word" in guess.evidence


def test_measurements_and_columns_with_blanks_are_no_key(samples: Samples):
    rows = [(n * 0.37, n if n else "", "a") for n in range(60)]
    samples.add("t.csv", lines(rows, "power,code,line"))
    contract, guess = guess_of(samples, "key")
    assert (contract.key, contract.load_mode) == ((), "append")
    assert "no set of up to 3 columns is unique" in guess.evidence


@pytest.mark.parametrize(
    ("files", "mode", "words"),
    [
        ([range(100), range(100, 200), range(200, 300)], "upsert", "increments"),
        ([range(100), range(120), range(150)], "snapshot", "full exports"),
        ([range(100), range(10, 120), range(20, 130)], "snapshot", "rows that are gone were deleted"),
        ([range(100), range(70, 170)], "upsert", "exports that overlap"),
        ([range(100)], "upsert", "one file does not tell"),
    ],
    ids=["increments", "full", "full with deletions", "overlap", "one file"],
)
def test_load_mode_follows_from_the_keys_of_following_files(
    samples: Samples, files: list[range], mode: str, words: str
):
    for number, ids in enumerate(files):
        samples.add(f"t_{number}.csv", lines([(n, f"w{n % 5}") for n in ids], "id,word"))
    contract, guess = guess_of(samples, "loadMode")
    assert contract.load_mode == mode
    assert words in guess.evidence


def test_a_cut_sample_does_not_tell_full_exports(samples: Samples):
    for number in range(3):
        samples.add(f"t_{number}.csv", lines([(n, "w") for n in range(900)], "id,word"))
    (table,) = samples.profile(rows=300).tables
    guess = next(guess for guess in table.guesses if guess.about == "loadMode")
    assert (guess.value, guess.confidence) == ("upsert", "low")
