"""Whatever is in a name or a text, SQL takes it as that and nothing else."""

from pathlib import Path

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from contracts.quoting import quote_identifier, quote_relation, quote_text

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=20)


@given(TEXT)
def test_a_text_comes_back_as_it_is(text: str) -> None:
    assert duckdb.sql(f"select {quote_text(text)}").fetchall() == [(text,)]


@given(TEXT)
def test_a_name_is_one_column(name: str) -> None:
    assert duckdb.sql(f"select 1 as {quote_identifier(name)}").columns == [name]


def test_a_path_with_an_apostrophe_is_attached(tmp_path: Path) -> None:
    file = tmp_path / "it's 'here'.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach {quote_text(file)} as other")
    assert file.exists()


def test_names_are_quoted_with_their_schema() -> None:
    assert quote_relation("person") == '"main"."person"'
    assert quote_relation("source.resident") == '"source"."resident"'
    assert quote_relation('a"b') == '"main"."a""b"'
