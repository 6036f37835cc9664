"""The contracts of this project: sound, described, and with code lists that exist."""

from contracts.load import HERE, contract_files, lint, load_catalog


def test_our_own_contracts_are_sound() -> None:
    tables, found = lint(contract_files(HERE))
    assert found == []
    assert all(column.description for table in tables for column in table.released_columns)
    assert all(table.description for table in tables)


def test_every_code_list_a_contract_names_exists() -> None:
    lists = {p.stem for p in (HERE / "codes").glob("*.csv")}
    named = {c.codes for t in load_catalog().tables.values() for c in t.columns if c.codes}
    assert named <= lists


def test_tokenised_values_are_never_stored_as_they_came() -> None:
    for table in load_catalog().sources():
        raw = {c.name for c in table.columns if c.token}
        assert not raw & {c.name for c in table.released_columns}
