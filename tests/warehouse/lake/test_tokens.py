"""Keys, tokens and the vault: what they give, and what they refuse."""

import stat
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import HubError
from warehouse.lake.tokens import Tokens, ensure_keys, fingerprint_path, key_path
from warehouse.lake.vault import PAGE, Vault
from warehouse.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path)
    ensure_keys(made)
    return made


def test_keys_are_made_once_and_only_for_their_owner(settings: Settings) -> None:
    before = {name: key_path(settings, name).read_bytes() for name in ("token", "vault")}
    ensure_keys(settings)
    for name, key in before.items():
        path = key_path(settings, name)
        assert path.read_bytes() == key
        assert len(key) == 32
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert before["token"] != before["vault"]
    assert stat.S_IMODE(settings.keys.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.chmod(0o644), "others may read this"),
        (lambda path: path.parent.chmod(0o755), "others may read this"),
        (lambda path: path.write_bytes(b"short"), "a key has 32 bytes, this has 5"),
        (lambda path: path.unlink(), "no key here"),
    ],
)
def test_an_unusable_key_is_refused_with_a_remedy(settings: Settings, damage, message: str) -> None:  # type: ignore[no-untyped-def]
    damage(key_path(settings, "token"))
    with pytest.raises(HubError, match=message) as error:
        Tokens.load(settings)
    assert error.value.remedy


@pytest.mark.parametrize("name", ["token", "vault"])
def test_a_lost_key_is_not_replaced_by_a_new_one(settings: Settings, name: str) -> None:
    key_path(settings, name).unlink()
    with pytest.raises(HubError, match="restore it from the key backup"):
        ensure_keys(settings)
    assert not key_path(settings, name).exists()


@pytest.mark.parametrize("name", ["token", "vault"])
def test_an_exchanged_key_is_noticed(settings: Settings, name: str) -> None:
    key_path(settings, name).write_bytes(b"k" * 32)
    with pytest.raises(HubError, match="another key than the one the data was made with"):
        ensure_keys(settings)


def test_tokens_depend_on_value_kind_and_key() -> None:
    tokens, other = Tokens(b"k" * 32), Tokens(b"l" * 32)
    one = tokens.token("phone", "15400000001")
    assert one == tokens.token("phone", "15400000001")
    assert len({one, tokens.token("phone", "15400000002"), tokens.token("id_no", "15400000001")}) == 3
    assert one != other.token("phone", "15400000001")
    assert len(one) == 32
    assert set(one) <= set("0123456789abcdef")


@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=20))
def test_a_column_of_tokens_is_the_tokens_of_its_values(values: list[str | None]) -> None:
    tokens = Tokens(b"k" * 32)
    column = tokens.tokens("id_no", pl.Series(values, dtype=pl.String)).to_list()
    assert column == [None if v is None else tokens.token("id_no", v) for v in values]


def deposit(settings: Settings, name: str, kind: str, values: list[str]) -> pl.Series:
    column = pl.Series(values, dtype=pl.String)
    tokens = Tokens.load(settings).tokens(kind, column)
    with Vault.load(settings).deposit(name) as into:
        into.add(kind, tokens, column)
    return tokens


def test_the_vault_gives_back_what_was_put_in(settings: Settings) -> None:
    values = [f"154{n:08d}" for n in range(3 * PAGE + 5)]
    tokens = deposit(settings, "d1", "phone", values)
    vault = Vault.load(settings)
    for place in (0, 1, PAGE, len(values) - 1):
        assert vault.reveal("phone", tokens[place]) == values[place]
    assert vault.reveal("phone", "0" * 32) is None
    assert vault.reveal("id_no", tokens[0]) is None


def test_a_deposit_may_end_with_the_values_that_filled_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.lake.vault.FLUSH", 2)
    tokens = deposit(settings, "d1", "phone", ["15400000001", "15400000002"])
    assert Vault.load(settings).reveal("phone", tokens[1]) == "15400000002"


def test_only_new_values_are_written(settings: Settings) -> None:
    deposit(settings, "d1", "phone", ["15400000001", "15400000002"])
    deposit(settings, "d2", "phone", ["15400000002", "15400000001"])
    assert len(list((settings.vault / "phone").iterdir())) == 1
    tokens = deposit(settings, "d3", "phone", ["15400000002", "15400000003", "15400000003"])
    assert len(list((settings.vault / "phone").iterdir())) == 2
    assert [Vault.load(settings).reveal("phone", t) for t in tokens] == ["15400000002", "15400000003", "15400000003"]


def test_nothing_is_readable_without_the_key(settings: Settings) -> None:
    [token] = deposit(settings, "d1", "phone", ["15400000001"])
    [file] = (settings.vault / "phone").iterdir()
    assert b"15400000001" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    path = key_path(settings, "vault")
    path.write_bytes(b"x" * 32)
    fingerprint_path(settings, "vault").unlink()
    with pytest.raises(HubError, match="does not open with this key"):
        Vault.load(settings).reveal("phone", token)


def test_a_page_moved_to_another_kind_does_not_open(settings: Settings) -> None:
    [token] = deposit(settings, "d1", "phone", ["15400000001"])
    (settings.vault / "phone").rename(settings.vault / "id_no")
    with pytest.raises(HubError, match="changed, moved"):
        Vault.load(settings).reveal("id_no", token)


def test_a_failed_delivery_leaves_no_open_end(settings: Settings) -> None:
    def write_and_fail() -> None:
        with Vault.load(settings).deposit("d1") as into:
            into.add("phone", pl.Series(["a" * 32]), pl.Series(["15400000001"]))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert Vault.load(settings).reveal("phone", "a" * 32) is None
