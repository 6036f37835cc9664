"""The kinds of comparison at work in one model: who is linked, who waits for a human, who is left alone."""

import duckdb
import polars as pl
import pytest

from pipelines.linkage.score import explain, score
from tests.pipelines.linkage.tables import PEOPLE, crowd, put, rows

PERSONS = """
a  王伟    1 1980-02-03 p1 d1
b  李丽    2 1982-05-06 p2 d1
c  王小雨  2 2008-07-09 -  d1
d  王芳    2 1975-01-20 p3 d2
e  赵国强  1 1950-03-04 p4 d3
f  赵秀英  2 1952-04-05 p4 d3
g  赵敏    2 1979-08-09 p4 d3
h  周子轩  1 2015-06-01 p5 d4
i  周子昂  1 2015-06-01 p5 d4
j  欧阳静  2 1990-09-09 p6 d5
k  马玥    2 1991-10-10 p7 d6
"""
CASES = """
same_phone_and_name       王伟     - - p1 -    a auto
name_and_dwelling         王伟     - - -  d1   a auto
name_and_dwelling_child   王小雨   - - -  d1   c auto
title_and_phone           王女士   - - p3 -    d auto
title_phone_dwelling      王女士   - - p3 d2   d auto
rare_title_and_phone      欧阳女士 - - p6 -    j auto
title_and_dwelling        王女士   - - -  d2   d grey
title_of_the_other_sex    王先生   - - p3 -    d grey
common_name_only          王伟     - - -  -    - nothing
family_phone_no_name      -        - - p4 -    f grey
no_name_dwelling_only     匿名     - - -  d1   - nothing
another_surname_of_sound  汪伟     - - -  d1   a grey
given_name_of_sound       王为     - - p1 d1   a auto
variant_character         马月     - - p7 -    k auto
twin                      周子明   - 2015-06-01 - d4 h grey
twins_phone_and_birthday  周子涵   - 2015-06-01 p5 d4 h grey
another_name_same_phone   陈明     - - p1 d1   a nothing
broken_id_same_person     赵敏     2 1979-08-09 - d3 g auto
birth_date_swapped        王伟     1 1980-03-02 p1 - a auto
stranger                  孙悟     1 1960-01-01 p99 d99 - nothing
"""


@pytest.fixture(scope="module")
def pairs() -> dict[str, list[dict[str, object]]]:
    """The pairs of every case, from one run over all of them."""
    connection = duckdb.connect()
    put(connection, "person", "register", pl.concat([rows(PERSONS), crowd()]))
    claims = [line.split() for line in CASES.strip().splitlines()]
    put(connection, "claim", "hotline", rows("\n".join(" ".join(claim[:-2][:1] + claim[1:-2]) for claim in claims)))
    score(connection, PEOPLE, ["person", "claim"], "pair", at_least=-40)
    found = connection.sql("select * from pair order by match_weight desc, left_id").pl().to_dicts()
    return {claim[0]: [pair for pair in found if pair["right_id"] == claim[0]] for claim in claims}


@pytest.mark.parametrize("case", CASES.strip().splitlines(), ids=lambda line: line.split()[0])
def test_a_claim_is_linked_shown_or_left_alone(case: str, pairs: dict[str, list[dict[str, object]]]) -> None:
    name, *_, person, expected = case.split()

    def decided(pair: dict[str, object]) -> str:
        weight = float(str(pair["match_weight"]))
        return "auto" if weight >= PEOPLE.auto else "grey" if weight >= PEOPLE.grey else "nothing"

    decisions = {str(pair["left_id"]): decided(pair) for pair in pairs[name]}
    told = [(pair["left_id"], pair["match_weight"], explain(PEOPLE, pair)) for pair in pairs[name]]
    assert decisions.get(person, "nothing") == expected, told
    others = [other for other, decision in decisions.items() if other != person and decision == "auto"]
    assert not others, told
