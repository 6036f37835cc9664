"""Reads and checks a linkage model declared in YAML: comparisons with probabilities, blocking, thresholds.

One file in `models/` is one model; its keys are the fields of these classes. Not here: SQL of levels (`comparisons.py`),
running a model (`score.py`), training it (`train.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from contracts.declaration import Declaration, Items, read_declaration
from contracts.document import first_problems, parse
from contracts.errors import HubError
from contracts.persons import Strength
from pipelines.linkage.comparisons import KINDS, SEVERAL, LevelShape

MODELS = Path(__file__).parent / "models"
Probability = Annotated[float, Field(gt=0, lt=1)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Columns = Annotated[Items[Identifier], Field(min_length=1)]


class Level(Declaration):
    """The probability of a level: `m` among rows of one person, `u` among rows of two.

    `people`: the number of people who agree by chance, whatever the city's size (`LinkModel.among` computes u from it).
    `decides: false`: whatever its weight, a pair at this level goes to a human.
    """

    m: Probability | None = None
    u: Probability | None = None
    people: float | None = Field(None, gt=0)
    decides: bool = True


class Comparison(Declaration):
    """One comparison. `train`: its probabilities are learned. `needed`: a pair without a value here goes to a human."""

    name: Identifier
    title: str
    kind: str
    columns: Items[Identifier] = ()
    levels: dict[str, Level] = Field(default_factory=dict)
    train: bool = False
    needed: bool = False

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Columns that its kind does not compare, and levels without probabilities."""
        kind = KINDS.get(self.kind)
        if not kind:
            yield "kind", f"should be one of {', '.join(KINDS)}, not {self.kind!r}"
            return
        if isinstance(kind.columns, tuple) and self.columns:
            yield "columns", f"kind {self.kind} compares {', '.join(kind.columns)} -> leave columns out"
        if kind.columns == SEVERAL and len(self.columns) < 2:
            yield "columns", f"kind {self.kind} compares several columns, not {len(self.columns)}"
        if isinstance(kind.columns, int) and kind.columns not in (SEVERAL, len(self.columns)):
            yield "columns", f"kind {self.kind} compares {kind.columns} columns, not {len(self.columns)}"
            return  # its levels follow from its columns
        names = self.shape.level_names
        if unknown := [name for name in self.levels if name not in names]:
            yield "levels", f"unknown level {unknown[0]}; kind {self.kind} has {', '.join(names)}"
        if not self.train and (open_ := [name for name in names if not self._has_numbers(name)]):
            yield "levels", f"level {open_[0]} needs m and u (or people), or the comparison `train: true`"

    def _has_numbers(self, name: str) -> bool:
        level = self.levels.get(name, Level())
        return level.m is not None and (level.u is not None or level.people is not None)

    @property
    def shape(self) -> LevelShape:
        return KINDS[self.kind].shape(self.compared_columns)

    @property
    def compared_columns(self) -> tuple[str, ...]:
        fixed = KINDS[self.kind].columns
        return fixed if isinstance(fixed, tuple) else self.columns


class FoundPrior(Declaration):
    """The probability that a row of the second table has its person in the first table, equal for all persons."""

    found: Probability


class DeterministicRules(Declaration):
    """The prior from certain pairs: those that agree in all columns of a list in `sure`, which are `recall` of all matches."""

    sure: Items[Columns]
    recall: Probability


class Training(Declaration):
    """Settings of training: expectation maximisation runs once per list of `block_on`, among pairs that agree there.

    `pairs`: the number of random pairs from which u is estimated.
    """

    block_on: Items[Columns]
    pairs: int = Field(gt=0)


class LinkModel(Declaration):
    """A linkage model. `auto` and `grey` are match weights (log2 odds with the prior): from `auto` on pairs are linked, from
    `grey` on shown to a human.

    `auto_by_strength`: another threshold for sources of a strength whose wrong links do more or less harm. `derived`: columns
    computed by SQL, once per row. `most_rows_per_key`: a blocking key on more rows of one table proposes no pair. `among` or
    `train.py` turn `prior` into a number.
    """

    link_type: Literal["dedupe_only", "link_only"]
    prior: Probability | FoundPrior | DeterministicRules
    comparisons: Items[Comparison]
    block_on: Annotated[Items[Columns], Field(min_length=1)]
    derived: dict[Identifier, str] = Field(default_factory=dict)
    most_rows_per_key: int = Field(gt=0)
    auto: float
    auto_by_strength: dict[Strength, float] = Field(default_factory=dict)
    grey: float
    training: Training | None = None

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Repeated names, crossed thresholds, and a training that is asked for and missing."""
        names = [comparison.name for comparison in self.comparisons]
        if twice := {name for name in names if names.count(name) > 1}:
            yield "comparisons", f"comparison {min(twice)} stands twice"
        if self.grey > min([self.auto, *self.auto_by_strength.values()]):
            yield "grey", "grey is above auto"
        if any(c.train for c in self.comparisons) and not self.training:
            yield "training", "a comparison says `train: true` and there is no training"

    def among(self, people: int) -> LinkModel:
        """The model for a city of so many people, with the prior and every `u` as numbers.

        The prior's odds are relative to the row's person being unknown, so that the odds of a row's candidates add up.
        """
        prior = self.prior
        if isinstance(prior, FoundPrior):
            odds = prior.found / (1 - prior.found) / people
            prior = odds / (1 + odds)
        comparisons = [
            c.model_copy(update={"levels": {name: _among(level, people) for name, level in c.levels.items()}})
            for c in self.comparisons
        ]
        return self.model_copy(update={"prior": prior, "comparisons": tuple(comparisons)})

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns every input table must have besides `source` and `id` (text)."""
        lists = [*self.block_on]
        if isinstance(self.prior, DeterministicRules):
            lists += self.prior.sure
        if self.training:
            lists += self.training.block_on
        wanted = {column for columns in lists for column in columns}.union(
            *(c.compared_columns for c in self.comparisons)
        )
        return tuple(sorted(wanted - set(self.derived)))


def _among(level: Level, people: int) -> Level:
    return (
        level
        if level.people is None
        else level.model_copy(update={"u": min(level.people / people, 0.5), "people": None})
    )


@cache
def load_model(name: str) -> LinkModel:
    """The model of that name in `models/`. HubError: see `read_model`."""
    return read_model(MODELS / f"{name}.yaml")


def read_model(path: Path) -> LinkModel:
    """Read a model's file. HubError: it is missing or not a valid model; names the file, the line and the key."""
    if not path.is_file():
        raise HubError("there is no such linkage model", where=str(path))
    document, problems = parse(path, "a linkage model begins with link_type")
    model = None
    if document is not None:
        model, problems = read_declaration(LinkModel, document.content, document)
    if model is None:
        raise HubError(**first_problems(problems), remedy="correct the model")
    return model
