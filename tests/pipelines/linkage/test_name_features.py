"""Features of written names: the tables are the manual."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.linkage.name_facts import COMPOUND_SURNAMES, SAME_CHARACTER
from pipelines.linkage.name_features import COLUMNS, name_features

# written, kind, surname, given, pinyin, sex; `-` is null
NAMES = """
王伟             full   王      伟     wang·wei             -
汪伟             full   汪      伟     wang·wei             -
王玥             full   王      月     wang·yue             -
王月             full   王      月     wang·yue             -
陳偉             full   陈      伟     chen·wei             -
欧阳修           full   欧阳    修     ou·yang·xiu          -
司马相如         full   司马    相如   si·ma·xiang·ru       -
欧阳             full   欧      阳     ou·yang              -
欧阳女士         title  欧阳    -      ou·yang              2
曾志伟           full   曾      志伟   zeng·zhi·wei         -
单先生           title  单      -      shan                 1
单于             full   单      于     shan·yu              -
王女士           title  王      -      wang                 2
王小姐           title  王      -      wang                 2
李老师           title  李      -      li                   -
张师傅           title  张      -      zhang                -
赵阿姨           title  赵      -      zhao                 2
王总             title  王      -      wang                 -
老王             title  王      -      wang                 -
小李             title  李      -      li                   -
王某某           title  王      -      wang                 -
王**             title  王      -      wang                 -
王               title  王      -      wang                 -
王丽女士         full   王      丽     wang·li              2
王丽姐           full   王      丽姐   wang·li·jie          -
王伟（业主）     full   王      伟     wang·wei             -
女士             none   -       -      -                    2
某先生           none   -       -      -                    1
匿名             none   -       -      -                    -
网上平台         none   -       -      -                    -
网友_abc         none   -       -      -                    -
热心市民         none   -       -      -                    -
不详             none   -       -      -                    -
15400000000      none   -       -      -                    -
·                none   -       -      -                    -
买买提·吐尔逊    full   买买提  吐尔逊 mai·mai·ti·tu·er·xun -
买买提•吐尔逊    full   买买提  吐尔逊 mai·mai·ti·tu·er·xun -
买买提・吐尔逊   full   买买提  吐尔逊 mai·mai·ti·tu·er·xun -
买买提.吐尔逊    full   买买提  吐尔逊 mai·mai·ti·tu·er·xun -
买买提∙吐尔逊    full   买买提  吐尔逊 mai·mai·ti·tu·er·xun -
WANG_WEI         full   wang    wei    wang·wei             -
John_Smith       full   john    smith  john·smith           -
john             title  john    -      john                 -
"""


@pytest.mark.parametrize("line", NAMES.strip().splitlines(), ids=lambda line: line.split()[0])
def test_a_written_name_says(line: str) -> None:
    written, *expected = line.split()
    (said,) = name_features(pl.Series([written.replace("_", " ") if written.isascii() else written])).to_dicts()
    pinyin = (said["name_pinyin"] or "-").replace(" ", "·")
    found = [said["name_kind"], said["surname"] or "-", said["given"] or "-", pinyin, said["name_sex"] or "-"]
    assert found == expected


def test_spaces_and_widths_make_no_other_name() -> None:
    names = name_features(pl.Series(["王伟", " 王 伟", "王　伟", "WANG  wei", "Ｗang Wei"]))
    assert set(names["name"]) == {"王伟", "wang wei"}


def test_nothing_written_names_nobody() -> None:
    said = name_features(pl.Series([None, "", "  "])).select("name", "surname", "name_kind").unique().to_dicts()
    assert said == [{"name": None, "surname": None, "name_kind": "none"}]


def test_the_name_as_written_and_with_variants_replaced_are_kept_apart() -> None:
    (said,) = name_features(pl.Series(["陳玥"])).to_dicts()
    assert (said["name"], said["name_variant"]) == ("陳玥", "陈月")


def test_facts_are_in_their_form() -> None:
    assert all(len(surname) == 2 for surname in COMPOUND_SURNAMES)
    assert not set(SAME_CHARACTER) & set(SAME_CHARACTER.values()), "a standard form is no variant of another"


TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("王汪欧阳玥月伟·•.先生女士某*老 （）aZ"), st.characters(exclude_categories=["Cs"])
    ),
    max_size=30,
)


@pytest.mark.slow
@settings(max_examples=200)
@given(st.lists(st.one_of(st.none(), TEXT), max_size=8))
def test_any_cell_has_a_kind_and_its_features_fit_it(cells: list[str | None]) -> None:
    said = name_features(pl.Series(cells, dtype=pl.String))
    assert said.columns == list(COLUMNS)
    assert set(said["written"]) == set(cells)
    for row in said.to_dicts():
        features = [row[c] is not None for c in ("name", "name_variant", "name_pinyin", "surname", "surname_pinyin")]
        assert set(features) <= {row["name_kind"] != "none"}, row["name_kind"]
        assert (row["given"] is not None) == (row["name_kind"] == "full")
        assert row["name_sex"] in (None, "1", "2")


@pytest.mark.slow
@settings(max_examples=50)
@given(st.lists(TEXT, min_size=1, max_size=8))
def test_a_name_says_the_same_alone_as_among_others(cells: list[str]) -> None:
    together = name_features(pl.Series(cells)).to_dicts()
    assert [name_features(pl.Series([row["written"]])).to_dicts()[0] for row in together] == together
