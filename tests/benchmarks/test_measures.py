"""Measures of the accuracy benchmark on examples small enough to count by hand."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import person_score
from benchmarks.measures import Score, pairwise, scores


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_f1_lies_between_precision_and_recall_and_in_its_interval(right: int, wrong: int, missed: int) -> None:
    score = Score(right + wrong + missed, right + missed, right + wrong, right)
    if score.precision is not None and score.recall is not None and score.f1 is not None:
        assert min(score.precision, score.recall) - 1e-12 <= score.f1 <= max(score.precision, score.recall) + 1e-12
        low, high = score.figures()["f1_95"]
        assert low <= score.f1 + 1e-12 <= high + 2e-12


def test_an_answer_where_there_is_none_is_wrong() -> None:
    rows = pl.DataFrame(
        {
            "style": ["vague", "vague", "full", "full", None],
            "wanted": [False, False, True, True, True],
            "given": [True, False, True, False, True],
            "right": [False, False, True, False, True],
        }
    )
    assert scores(rows, "style") == {"full": Score(2, 2, 1, 1), "vague": Score(2, 0, 1, 0)}
    assert scores(rows)["all"] == Score(5, 3, 3, 2)
    assert Score(2, 0, 1, 0).precision == 0
    assert Score(2, 0, 1, 0).recall is None


def test_pairs_count_rows_that_lie_together_and_belong_together() -> None:
    rows = pl.DataFrame({"said": ["a", "a", "a", "b", None, None], "true": [1, 1, 2, 2, None, None]})
    assert pairwise(rows, "said", "true") == Score(n=15, wanted=2, given=3, right=1)


LINKS = """
source   | record | person | defect      | person_id | wanted | given | right
resident | r1     | 1      |             | A         | yes    | yes   | yes
property | t1     | 1      |             | A         | yes    | yes   | yes
property | t2     | 1      | excel_float | A         | yes    | yes   | yes
property | t3     | 1      | letter      |           | yes    | no    | no
resident | r2     | 2      | letter      | A         | no     | yes   | no
resident | r3     | 3      |             | C         | no     | no    | no
hotline  | h1     | 1      |             | A         | yes    | yes   | yes
hotline  | h2     | 3      |             | A         | yes    | yes   | no
hotline  | h3     | 3      |             |           | yes    | no    | no
hotline  | h4     |        |             | C         | no     | yes   | no
"""


def link_flags(table: str) -> pl.DataFrame:
    header, *lines = ([cell.strip() or None for cell in line.split("|")] for line in table.strip().splitlines())
    frame = pl.DataFrame(lines, schema=[str(name) for name in header], orient="row")
    usable = pl.col("defect").is_null() & (pl.col("source") != "hotline")
    return frame.with_columns(pl.col("person").cast(pl.Int64), anchor=usable, is_current=pl.lit(True))


def test_a_link_is_right_in_the_cluster_of_the_true_person() -> None:
    rows = link_flags(LINKS)
    told = rows.select((pl.col(flag) == "yes").alias(flag) for flag in ("wanted", "given", "right"))
    flagged = person_score.with_flags(rows.drop("wanted", "given", "right"))
    assert flagged.select("wanted", "given", "right").equals(told)


def test_wrong_merges_and_splits_are_about_usable_numbers() -> None:
    merged = link_flags(
        "source|record|person|defect|person_id\nresident|a|1||A\nresident|b|2||A\nresident|c|3|letter|A"
    )
    split = link_flags("source|record|person|defect|person_id\nresident|a|1||A\nproperty|b|1||B\nproperty|c|1|letter|C")
    assert (person_score.wrong_merges(merged), person_score.splits(merged)) == (1, 0)
    assert (person_score.wrong_merges(split), person_score.splits(split)) == (0, 1)
