"""Clusters keep what they must: examples as tables, then any pairs and any constraints."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.linkage.cluster import PAIR, Clusters, Constraints, cluster

# pairs (left-right:weight), constraints (kind:rows, `anchor:row=ID`, `one:row=source`), clusters, refused pairs
CASES = """
chain                      | a-b:9 b-c:8            |                             | abc        |
two_ids_cut_at_the_weakest | a-x:9 x-b:8            | anchor:a=1 anchor:b=2       | ax b       | x-b
two_ids_equal_is_a_doubt   | a-x:9 x-b:9            | anchor:a=1 anchor:b=2       | a x b      | a-x x-b
what_hangs_on_is_no_doubt  | a-x:9 x-b:9 a-y:9 b-z:9 | anchor:a=1 anchor:b=2      | ay x bz    | a-x x-b
same_id_twice              | a-x:9 x-b:8            | anchor:a=1 anchor:b=1       | abx        |
human_said_different       | a-b:9 b-c:8            | apart:a-c                   | ab c       | b-c
human_said_same            | a-b:9                  | together:b-c                | abc        |
same_before_stronger       | a-x:99                 | anchor:a=1 anchor:b=2 together:x-b | a bx | a-x
different_beats_same       | a-b:9                  | apart:b-c together:b-c      | ab c       | b-c
one_of_a_source            | a-x:9 a-y:8            | one:x=s one:y=s             | ax y       | a-y
one_of_a_source_equal      | a-x:9 a-y:9            | one:x=s one:y=s             | a x y      | a-x a-y
one_of_two_sources         | a-x:9 a-y:8            | one:x=s one:y=t             | axy        |
circle                     | a-b:9 b-c:9 c-a:9      | apart:a-b                   | a b c      | a-b b-c c-a
elsewhere_is_untouched     | a-b:9 b-c:8 u-v:1      | apart:a-c                   | ab c uv    | b-c
"""


def read(pairs: str, rules: str) -> tuple[pl.DataFrame, Constraints]:
    links = [(pair[0], pair[2], float(pair[4:])) for pair in pairs.split()]
    said: dict[str, list[tuple[str, str]]] = {"apart": [], "together": [], "anchor": [], "one": []}
    for kind, rows in (rule.split(":") for rule in rules.split()):
        said[kind].append((rows[0], rows[2]))
    return table(links), constraints(said)


def table(links: list[tuple[str, str, float]]) -> pl.DataFrame:
    return pl.DataFrame(links, schema={**PAIR, "weight": pl.Float64}, orient="row")


def constraints(said: dict[str, list[tuple[str, str]]]) -> Constraints:
    marked = {"row": pl.String, "mark": pl.String}
    two, one = (pl.DataFrame(said[kind], schema=PAIR, orient="row") for kind in ("apart", "together"))
    anchor, each = (pl.DataFrame(said[kind], schema=marked, orient="row") for kind in ("anchor", "one"))
    return Constraints(two, one, anchor, each)


def groups(found: Clusters) -> set[str]:
    return {"".join(sorted(rows)) for rows in found.members.group_by("cluster").agg("row").get_column("row").to_list()}


@pytest.mark.parametrize("case", CASES.strip().splitlines(), ids=lambda line: line.split()[0])
def test_clusters(case: str) -> None:
    _, pairs, rules, clusters, refused = (part.strip() for part in case.split("|"))
    found = cluster(*read(pairs, rules))
    assert groups(found) == set(clusters.split())
    assert {f"{left}-{right}" for left, right, _ in found.refused.iter_rows()} == set(refused.split())


def test_no_pairs_no_clusters() -> None:
    found = cluster(table([]))
    assert found.members.is_empty()
    assert found.refused.is_empty()


ROW = st.sampled_from("abcdefgh")
TWO = st.tuples(ROW, ROW).filter(lambda pair: pair[0] != pair[1])
SAID = st.fixed_dictionaries(
    {
        "apart": st.lists(TWO, max_size=3),
        "together": st.lists(TWO, max_size=2),
        "anchor": st.lists(st.tuples(ROW, st.sampled_from("12")), max_size=4, unique_by=lambda marked: marked[0]),
        "one": st.lists(st.tuples(ROW, st.sampled_from("st")), max_size=4, unique_by=lambda marked: marked[0]),
    }
)
LINKS = st.lists(
    st.tuples(ROW, ROW, st.sampled_from([7.0, 8.0, 9.0])).filter(lambda link: link[0] != link[1]), max_size=12
)


@settings(max_examples=300, deadline=None)
@given(LINKS, SAID, st.randoms(use_true_random=False))
def test_no_cluster_breaks_a_rule_and_no_order_changes_it(links, said, random) -> None:  # type: ignore[no-untyped-def]
    found = cluster(table(links), constraints(said))
    of = dict(found.members.select("row", "cluster").iter_rows())
    assert not [pair for pair in said["apart"] if of.get(pair[0], 0) == of.get(pair[1], 1)]
    for kind in ("anchor", "one"):
        marks = [(of[row], mark) for row, mark in said[kind] if row in of]
        if kind == "anchor":
            assert len({at for at, _ in set(marks)}) == len(set(marks)), "one ID to a cluster"
        else:
            assert len(set(marks)) == len(marks), "one row of a source to a cluster"
    refused = set(found.refused.select("left", "right").iter_rows())
    assert all(of[a] == of[b] for a, b, _ in links if (a, b) not in refused)
    random.shuffle(links)
    again = cluster(table(links), constraints(said))
    assert again.members.sort("row").equals(found.members.sort("row"))
