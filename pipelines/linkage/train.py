"""Finding a model's numbers from the rows themselves, without truth: u from random pairs, m by expectation maximisation.

Deterministic for a seed: samples are drawn by a hash of the rows' numbers, which their names give.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import duckdb
from splink import Linker

from contracts.errors import HubError
from pipelines.linkage.model import Columns, Comparison, DeterministicRule, Level, LinkModel
from pipelines.linkage.workspace import Workspace, count, workspace

FEWEST_M, FEWEST_U, MOST = 1e-4, 1e-6, 1 - 1e-6  # a level nobody was seen in is rare, not impossible
MOSTLY = 0.5  # more than half of all pairs is no prior to start from
AGREE = 0.9  # of pairs that match, where there are none to learn from
DIGITS = 9


def train(connection: duckdb.DuckDBPyConnection, model: LinkModel, tables: Sequence[str], seed: int) -> LinkModel:
    """The model with every m, u and the prior filled in; `seed` draws the random pairs. HubError if there are no two rows."""
    if not model.training:
        return model
    with workspace(connection, model, tables) as work:
        if not (possible := _all_pairs(work)):
            raise HubError("there are no pairs to learn from", remedy="give at least two rows")
        prior = _prior(work, model.prior) if isinstance(model.prior, DeterministicRule) else model.prior
        linker = replace(work, model=model.model_copy(update={"prior": prior})).linker()
        linker.training.estimate_u_using_random_sampling(
            max_pairs=model.training.pairs, seed=seed, min_count_per_level=None, num_chunks=1
        )
        for columns in model.training.block_on:
            rule = _rule(model, columns)
            if _pairs(work, [columns]):
                linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=model.training.pairs)
        pairs = min(model.training.pairs, possible)
        return _filled(model.model_copy(update={"prior": prior}), linker, pairs)


def _prior(work: Workspace, sure: DeterministicRule) -> float:
    """Of all pairs, those that a list of `sure` agrees on, and what they are a part of."""
    return round(min(max(_pairs(work, sure.sure), 1) / sure.recall / _all_pairs(work), MOSTLY), DIGITS)


def _all_pairs(work: Workspace) -> int:
    rows = [count(work.connection, table) for table in work.tables]
    within = sum(n * (n - 1) // 2 for n in rows) if work.model.link_type == "link_only" else 0
    return sum(rows) * (sum(rows) - 1) // 2 - within


def _pairs(work: Workspace, lists: Sequence[Columns]) -> int:
    """How many pairs of rows agree in all columns of one of the lists, which no crowd shares."""
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
    """Equality in the columns, and in what is worked out from them: Splink trains no comparison that a rule's column is in."""
    helpers = {h for c in model.comparisons if set(c.compared) & set(columns) for h in c.shape.prepare}
    return " and ".join(f"l.{column} = r.{column}" for column in (*columns, *sorted(helpers)))


def _filled(model: LinkModel, linker: Linker, pairs: int) -> LinkModel:
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
        m = stated.m or _within(numbers.get("m_probability", unlearned), FEWEST_M)
        u = stated.u or _within(_among_strangers(numbers.get("u_probability", 0), m, prior, pairs), FEWEST_U)
        levels[name] = Level(m=m, u=u)
    return comparison.model_copy(update={"levels": levels, "train": False})


def _among_strangers(share: float, m: float, prior: float, pairs: int) -> float:
    """Random pairs are not all strangers: `prior` of them match, and where a file is small or much doubled that is most of
    the agreement seen. What is left below the error of the sample is taken to be that error."""
    return max((share - prior * m) / (1 - prior), math.sqrt(share / pairs))


def _within(probability: float, fewest: float) -> float:
    return round(min(max(probability, fewest), MOST), DIGITS)
