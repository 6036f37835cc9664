"""A linkage model is declared in a file; an unknown key is refused with file and place."""

from pathlib import Path

import pytest
import yaml

from contracts.errors import HubError
from pipelines.linkage.model import MODELS, load_model, read_model

SMALL = """
link_type: dedupe_only
prior: 0.001
block_on: [[surname]]
most_rows_per_key: 50
auto: 4
grey: 0
comparisons:
  - name: surname
    title: 姓
    kind: exact
    columns: [surname]
    levels:
      same: {m: 0.9, u: 0.01}
      different: {m: 0.1, u: 0.99}
"""


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.yaml")), ids=lambda path: path.stem)
def test_committed_models_can_be_read(path: Path) -> None:
    model = load_model(path.stem)
    assert model.reads
    assert model.grey <= model.auto


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("auto: 4", "auto: 4\nthreshold: 5", ":7: threshold is an unknown word -> known here are link_type"),
        ("kind: exact", "kind: exakt", "comparisons.0.kind should be one of exact, any_of"),
        ("same:", "equal:", "unknown level equal; kind exact has same, different"),
        ("m: 0.9, u: 0.01", "m: 0.9", "level same needs m and u"),
        ("m: 0.9", "m: 1.9", ":14: comparisons.0.levels.same.m should be less than 1, not 1.9"),
        ("columns: [surname]", "columns: [surname, given]", "compares 1 columns, not 2"),
        ("kind: exact", "kind: register_name", "compares name, name_variant, "),
        ("kind: exact", "kind: any_of", "compares several columns, not 1"),
        ("columns: [surname]", "columns: ['surname; drop table person']", "comparisons.0.columns.0"),
        ("grey: 0", "grey: 9", "grey is above auto"),
        ("link_type: dedupe_only", "link_type: both", "link_type"),
        ("auto: 4", "auto: [", "not valid YAML"),
    ],
)
def test_a_wrong_word_is_told_with_file_and_place(old: str, new: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(HubError) as refused:
        read_model(path)
    assert str(path) in str(refused.value)
    assert told in str(refused.value)


def test_in_a_city_of_so_many_people_prior_and_chance_are_numbers() -> None:
    small, large = (load_model("city").among(people) for people in (1_000, 1_000_000))
    for model, people in ((small, 1_000), (large, 1_000_000)):
        phone, home = (
            next(c for c in model.comparisons if c.name == name).levels["same"] for name in ("phone", "home")
        )
        assert phone.u == pytest.approx(1 / people)
        assert home.u == pytest.approx(3 / people)
        assert model.prior == pytest.approx(9 / people, rel=0.01), "nine to one that the register knows the person"
    assert small.auto == large.auto


def test_a_comparison_to_be_trained_needs_a_training(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    written = yaml.safe_load(SMALL)
    written["comparisons"][0] = {"name": "s", "title": "姓", "kind": "exact", "columns": ["surname"], "train": True}
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    with pytest.raises(HubError, match="no training"):
        read_model(path)


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="no such linkage model"):
        read_model(tmp_path / "none.yaml")
