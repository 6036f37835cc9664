"""Finding a model's numbers from the rows themselves, without truth: u from random pairs, m by expectation maximisation.

Deterministic for a seed: samples are drawn by a hash of the rows' numbers, which their names give.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import duckdb
from splink import Linker

from contracts.errors import HubError
from pipelines.linkage.inputs import workspace
from pipelines.linkage.model import Columns, Comparison, Level, LinkModel, Sure

SMALLEST, LARGEST = 1e-6, 1 - 1e-6  # a level nobody was seen in is rare, not impossible
DIGITS = 9


def train(connection: duckdb.DuckDBPyConnection, model: LinkModel, tables: Sequence[str], seed: int) -> LinkModel:
    """The model with every m, u and the prior filled in. HubError if the rows are too few to learn from."""
    if not model.training:
        return model
    with workspace(connection, model, tables) as work:
        if work.rows < 2:
            raise HubError("there are no pairs to learn from", where=tables[0], remedy="give at least two rows")
        linker, training = work.linker(), model.training
        if isinstance(model.prior, Sure):
            rules = [_rule(model, columns) for columns in model.prior.sure]
            linker.training.estimate_probability_two_random_records_match([*rules], recall=model.prior.recall)
        linker.training.estimate_u_using_random_sampling(
            max_pairs=training.pairs, seed=seed, min_count_per_level=None, num_chunks=1
        )
        for columns in training.block_on:
            linker.training.estimate_parameters_using_expectation_maximisation(
                _rule(model, columns), max_pairs=training.pairs, record_sample_proportion=1.0
            )
        return _filled(model, linker, training.pairs)


def _rule(model: LinkModel, columns: Columns) -> str:
    """Equality in the columns, and in what is worked out from them: Splink trains no comparison that a rule's column is in."""
    helpers = {h for c in model.comparisons if set(c.compared) & set(columns) for h in c.shape.prepare}
    return " and ".join(f"l.{column} = r.{column}" for column in (*columns, *sorted(helpers)))


def _filled(model: LinkModel, linker: Linker, pairs: int) -> LinkModel:
    found: dict[str, Any] = linker.misc.save_model_to_json()
    prior = round(found["probability_two_random_records_match"], DIGITS)
    comparisons = [
        _with_numbers(comparison, learned["comparison_levels"][1:], prior, pairs)
        for comparison, learned in zip(model.comparisons, found["comparisons"], strict=True)
    ]
    return model.model_copy(
        update={"comparisons": tuple(comparisons), "prior": prior if isinstance(model.prior, Sure) else model.prior}
    )


def _with_numbers(comparison: Comparison, learned: Sequence[dict[str, Any]], prior: float, pairs: int) -> Comparison:
    levels = {}
    for name, numbers in zip(comparison.shape.level_names, learned, strict=True):
        stated = comparison.levels.get(name, Level())
        m = stated.m or _within(numbers.get("m_probability"))
        u = stated.u or _within(_among_strangers(numbers.get("u_probability") or 0, m, prior, pairs))
        levels[name] = Level(m=m, u=u, term_frequency=stated.term_frequency)
    return comparison.model_copy(update={"levels": levels, "train": False})


def _among_strangers(share: float, m: float, prior: float, pairs: int) -> float:
    """Random pairs are not all strangers: `prior` of them match, and where a file is small or much doubled that is most of
    the agreement seen. What is left below the error of the sample is taken to be that error."""
    return max((share - prior * m) / (1 - prior), math.sqrt(share / pairs))


def _within(probability: float | None) -> float:
    return round(min(max(probability or SMALLEST, SMALLEST), LARGEST), DIGITS)
