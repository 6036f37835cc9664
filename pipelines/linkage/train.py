"""Trains a linkage model from the rows themselves, without truth: u from random pairs, m by expectation maximisation.

Deterministic for a seed: samples are drawn by a hash of row numbers, which follow from the rows' source and id.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import duckdb
from splink import Linker

from contracts.errors import HubError
from pipelines.linkage.model import Columns, Comparison, DeterministicRules, Level, LinkModel
from pipelines.linkage.workspace import Workspace, count, workspace

LOWEST_M, LOWEST_U, HIGHEST = 1e-4, 1e-6, 1 - 1e-6  # an unobserved level is rare, not impossible
HIGHEST_PRIOR = 0.5
AGREE = 0.9  # m of the first level where there are no pairs to learn from
DIGITS = 9


def train(connection: duckdb.DuckDBPyConnection, model: LinkModel, tables: Sequence[str], seed: int) -> LinkModel:
    """The model with every m, u and the prior as numbers; `seed` draws the random pairs. HubError: there are no two rows."""
    if not model.training:
        return model
    with workspace(connection, model, tables) as work:
        if not (possible := _all_pairs(work)):
            raise HubError("there are no pairs to learn from", remedy="give at least two rows")
        prior = _prior(work, model.prior) if isinstance(model.prior, DeterministicRules) else model.prior
        linker = replace(work, model=model.model_copy(update={"prior": prior})).linker()
        linker.training.estimate_u_using_random_sampling(
            max_pairs=model.training.pairs, seed=seed, min_count_per_level=None, num_chunks=1
        )
        for columns in model.training.block_on:
            rule = _rule(model, columns)
            if _pairs(work, [columns]):
                linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=model.training.pairs)
        pairs = min(model.training.pairs, possible)
        return _with_learned_numbers(model.model_copy(update={"prior": prior}), linker, pairs)


def _prior(work: Workspace, sure: DeterministicRules) -> float:
    """The share of matches among all pairs, from the pairs that agree on a list of `sure`, and their `recall`."""
    return round(min(max(_pairs(work, sure.sure), 1) / sure.recall / _all_pairs(work), HIGHEST_PRIOR), DIGITS)


def _all_pairs(work: Workspace) -> int:
    rows = [count(work.connection, table) for table in work.tables]
    within = sum(n * (n - 1) // 2 for n in rows) if work.model.link_type == "link_only" else 0
    return sum(rows) * (sum(rows) - 1) // 2 - within


def _pairs(work: Workspace, lists: Sequence[Columns]) -> int:
    """The number of pairs of rows that agree in all columns of one of the lists; values on too many rows do not count."""
    everything = " union all ".join(f"select * from {table}" for table in work.tables)
    across = "and l.source_dataset < r.source_dataset" if work.model.link_type == "link_only" else ""
    agreeing = " union ".join(
        f"""select l.unique_id as a, r.unique_id as b
            from (select *, count(*) over (partition by {", ".join(columns)}) as sharing from every_row) as l
            join every_row as r on {" and ".join(f"l.{c} = r.{c}" for c in columns)}
            where l.unique_id < r.unique_id {across} and l.sharing <= {work.model.most_rows_per_key}"""
        for columns in lists
    )
    sql = f"with every_row as ({everything}) select count(*) from ({agreeing})"
    return int(work.connection.execute(sql).fetchall()[0][0])


def _rule(model: LinkModel, columns: Columns) -> str:
    """A blocking rule on the columns and their helper columns, so that Splink does not train comparisons that read them."""
    helpers = {h for c in model.comparisons if set(c.compared_columns) & set(columns) for h in c.shape.prepare}
    return " and ".join(f"l.{column} = r.{column}" for column in (*columns, *sorted(helpers)))


def _with_learned_numbers(model: LinkModel, linker: Linker, pairs: int) -> LinkModel:
    found: dict[str, Any] = linker.misc.save_model_to_json()
    prior = found["probability_two_random_records_match"]
    comparisons = [
        _with_numbers(comparison, learned["comparison_levels"][1:], prior, pairs)
        for comparison, learned in zip(model.comparisons, found["comparisons"], strict=True)
    ]
    return model.model_copy(update={"comparisons": tuple(comparisons)})


def _with_numbers(comparison: Comparison, learned: Sequence[dict[str, Any]], prior: float, pairs: int) -> Comparison:
    names, levels = comparison.shape.level_names, {}
    for n, (name, numbers) in enumerate(zip(names, learned, strict=True)):
        stated = comparison.levels.get(name, Level())
        unlearned = AGREE if n == 0 else (1 - AGREE) / (len(names) - 1)
        m = stated.m or _clamp(numbers.get("m_probability", unlearned), LOWEST_M)
        u = stated.u or _clamp(_u_without_matches(numbers.get("u_probability", 0), m, prior, pairs), LOWEST_U)
        levels[name] = Level(m=m, u=u)
    return comparison.model_copy(update={"levels": levels, "train": False})


def _u_without_matches(share: float, m: float, prior: float, pairs: int) -> float:
    """u from a level's `share` of random pairs, of which `prior` match; at least the sampling error.

    In a small file, or one with many duplicates, most of the agreement among random pairs comes from matches.
    """
    return max((share - prior * m) / (1 - prior), math.sqrt(share / pairs))


def _clamp(probability: float, lowest: float) -> float:
    return round(min(max(probability, lowest), HIGHEST), DIGITS)
