"""A linkage model as its YAML declares it: what is compared and how it is weighed, which pairs are looked at, what is decided.

One file in `models/` = one model. Belongs here: reading and checking it. Does not: SQL of levels (`comparisons.py`), running it
(`score.py`), finding its numbers (`train.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contracts.errors import HubError
from pipelines.linkage.comparisons import KINDS, Shape

MODELS = Path(__file__).parent / "models"
Probability = Annotated[float, Field(gt=0, lt=1)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Columns = Annotated[tuple[Identifier, ...], Field(min_length=1)]


class Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(Declared):
    """How often a pair falls here: `m` among rows of one person, `u` among rows of two.

    With `term_frequency` the pair's own value in that column takes u's place: a rare name says more than a common one.
    """

    m: Probability | None = None
    u: Probability | None = None
    term_frequency: Identifier | None = None


class Comparison(Declared):
    """`home`: columns that a family shares; kinds that know it weigh agreement inside a home apart."""

    name: Identifier
    title: str
    kind: str
    columns: tuple[Identifier, ...] = ()
    home: tuple[Identifier, ...] = ()
    levels: dict[str, Level] = Field(default_factory=dict)
    train: bool = False

    @model_validator(mode="after")
    def fits_its_kind(self) -> Comparison:
        kind = KINDS.get(self.kind)
        if not kind:
            raise ValueError(f"unknown kind {self.kind}; known are {', '.join(KINDS)}")
        if self.home and not kind.knows_home:
            raise ValueError(f"kind {self.kind} takes no home")
        if isinstance(kind.columns, tuple) and self.columns:
            raise ValueError(f"kind {self.kind} compares {', '.join(kind.columns)}; leave columns out")
        if isinstance(kind.columns, int) and len(self.columns) != kind.columns:
            raise ValueError(f"kind {self.kind} compares {kind.columns} columns, not {len(self.columns)}")
        names = self.shape.level_names
        if unknown := [name for name in self.levels if name not in names]:
            raise ValueError(f"unknown level {unknown[0]}; kind {self.kind} has {', '.join(names)}")
        if not self.train and (open_ := [name for name in names if not self._has_numbers(name)]):
            raise ValueError(f"level {open_[0]} needs m and u (or term_frequency), or the comparison `train: true`")
        return self

    def _has_numbers(self, name: str) -> bool:
        level = self.levels.get(name, Level())
        return level.m is not None and (level.u is not None or level.term_frequency is not None)

    @property
    def shape(self) -> Shape:
        kind = KINDS[self.kind]
        columns = kind.columns if isinstance(kind.columns, tuple) else self.columns
        return kind.shape(self.name, columns, self.home)

    @property
    def counts(self) -> bool:
        """Whether one of its levels is weighed by the frequency of the value."""
        return any(level.term_frequency for level in self.levels.values())

    @property
    def reads(self) -> frozenset[str]:
        """The input columns it needs, helper columns apart."""
        kind = KINDS[self.kind]
        columns = kind.columns if isinstance(kind.columns, tuple) else self.columns
        counted = {level.term_frequency for level in self.levels.values() if level.term_frequency}
        return frozenset({*columns, *self.home, *counted} - set(self.shape.prepare))


class Found(Declared):
    """A row of the other tables has its person among the first table's rows with this probability, every person alike.

    The prior is then `found` / rows of the first table, and of the rows there that carry a value, `found` of one are
    the person's own: the rest is coincidence, which is what term frequencies should count.
    """

    found: Probability


class Sure(Declared):
    """Pairs that agree in all columns of one of these lists are the same, and are `recall` of all there are: the prior."""

    sure: tuple[Columns, ...]
    recall: Probability


class Training(Declared):
    """EM runs once per list of `block_on`, among pairs that agree there, for all comparisons that read none of its columns.

    `pairs`: how many random pairs u is counted from.
    """

    block_on: tuple[Columns, ...]
    pairs: int = Field(gt=0)


class LinkModel(Declared):
    """`auto` and `grey` are match weights (log2 odds, prior included): from `auto` on linked, from `grey` on shown to a human.

    `derived`: columns worked out from columns (SQL), once per row. `most_rows_per_key`: a blocking key on more rows of one
    table identifies nobody and proposes no pair. `one_to_one`: sources in which a person has one row.
    """

    link_type: Literal["dedupe_only", "link_only", "link_and_dedupe"]
    prior: Probability | Found | Sure
    comparisons: tuple[Comparison, ...]
    block_on: Annotated[tuple[Columns, ...], Field(min_length=1)]
    derived: dict[Identifier, str] = Field(default_factory=dict)
    most_rows_per_key: int = Field(gt=0)
    auto: float
    grey: float
    one_to_one: bool = False
    training: Training | None = None

    @model_validator(mode="after")
    def hangs_together(self) -> LinkModel:
        names = [comparison.name for comparison in self.comparisons]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"comparison {min(twice)} stands twice")
        if self.grey > self.auto:
            raise ValueError("grey is above auto")
        if any(c.train for c in self.comparisons) and not self.training:
            raise ValueError("a comparison says `train: true` and there is no training")
        return self

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns every input table must have, beside `source` and `id` (text)."""
        lists = [*self.block_on]
        if isinstance(self.prior, Sure):
            lists += self.prior.sure
        if self.training:
            lists += self.training.block_on
        wanted = {column for columns in lists for column in columns}.union(*(c.reads for c in self.comparisons))
        return tuple(sorted(wanted - set(self.derived)))


def load_model(name: str) -> LinkModel:
    """A model of `models/`."""
    return read_model(MODELS / f"{name}.yaml")


def read_model(path: Path) -> LinkModel:
    """HubError that names file and word, if the file is none."""
    try:
        written: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return LinkModel.model_validate(written)
    except FileNotFoundError:
        raise HubError("there is no such linkage model", where=str(path)) from None
    except yaml.YAMLError as error:
        raise HubError(f"not YAML: {str(error).splitlines()[0]}", where=str(path)) from None
    except ValidationError as error:
        first = error.errors()[0]
        word = ".".join(str(part) for part in first["loc"])
        raise HubError(
            f"{word}: {first['msg']}" if word else first["msg"], where=str(path), remedy="correct the model"
        ) from None
