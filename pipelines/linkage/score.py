"""Scores pairs of rows by a linkage model, with a weight and level per comparison and reasons in Chinese.

Deterministic: the same rows give the same pairs and weights, in any order and on any number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipelines.linkage.model import Comparison, LinkModel
from pipelines.linkage.workspace import Workspace, workspace

DIGITS = 6  # of weights; further digits depend on the machine


def score(
    connection: duckdb.DuckDBPyConnection,
    model: LinkModel,
    tables: Sequence[str],
    into: str,
    at_least: float | None = None,
    crowds: Sequence[str] = (),
) -> None:
    """Create the temporary table `into`: one row per pair of weight `at_least` (default: the model's `grey`) or more.

    Each of `tables` has `source`, `id` (text, together unique) and the columns `model.reads`. Columns of `into`: left_source,
    left_id, right_source, right_id, match_weight, and per comparison `level_<name>` (null if a side has no value) and
    `mw_<name>` (its weight). Left is the row of the earlier table, within one table the smaller (source, id). If `tables` are
    parts, `crowds` are the whole tables in which the rows per key are counted. HubError: a column is missing.
    """
    with workspace(connection, model, tables, crowds) as work:
        floor = model.grey if at_least is None else at_least
        predicted = work.linker().inference.predict(threshold_match_weight=floor, warning_mode="never")
        connection.execute(f"create or replace temp table {into} as {_pairs(work, predicted.physical_name)}")


def _pairs(work: Workspace, predicted: str) -> str:
    """SQL for Splink's prediction with the rows' own source and id."""
    rows = " union all ".join(f"select unique_id, row_source, row_id from {table}" for table in work.tables)
    columns = ",\n".join(column for comparison in work.model.comparisons for column in _columns(comparison))
    return f"""
        with numbered as ({rows})
        select l.row_source as left_source, l.row_id as left_id, r.row_source as right_source, r.row_id as right_id,
               round(p.match_weight, {DIGITS}) as match_weight, {columns}
        from {predicted} as p
        join numbered as l on l.unique_id = p.unique_id_l
        join numbered as r on r.unique_id = p.unique_id_r"""


def _columns(comparison: Comparison) -> tuple[str, str]:
    name, names = comparison.name, comparison.shape.level_names
    last = len(names) - 1  # Splink counts levels down to 0
    cases = " ".join(f"when {last - n} then '{level}'" for n, level in enumerate(names))
    return f"case p.gamma_{name} {cases} end as level_{name}", f"round(p.mw_{name}, {DIGITS}) as mw_{name}"


def reasons_sql(model: LinkModel) -> str:
    """SQL over the columns of `score` for a pair's reasons in Chinese: `姓名 同音 +3.1；电话 一致 +16.4`."""
    parts = []
    for comparison in model.comparisons:
        level, weight = f"level_{comparison.name}", f"mw_{comparison.name}"
        cases = " ".join(f"when '{name}' then '{label}'" for name, label in _labels(comparison).items())
        reason = f"concat('{comparison.title} ', case {level} {cases} end, ' ', printf('%+.1f', {weight}))"
        parts.append(f"case when {level} is not null then {reason} end")
    return f"replace(concat_ws('；', {', '.join(parts)}), '-', '−')"


def decides_sql(model: LinkModel) -> str:
    """SQL over the columns of `score`: true if no level or missing value of a pair calls for a human."""
    doubts = [
        f"coalesce(level_{c.name} = '{name}', false)"
        for c in model.comparisons
        for name, level in c.levels.items()
        if not level.decides
    ]
    doubts += [f"level_{c.name} is null" for c in model.comparisons if c.needed]
    return f"not ({' or '.join(doubts)})" if doubts else "true"


def pattern_sql(model: LinkModel) -> str:
    """SQL for a pair's levels as text, a letter for each comparison or `-` without a value; it determines the weight."""
    letters = []
    for comparison in model.comparisons:
        cases = " ".join(f"when '{name}' then '{chr(97 + n)}'" for n, name in enumerate(comparison.shape.level_names))
        letters.append(f"case level_{comparison.name} {cases} else '-' end")
    return f"concat({', '.join(letters)})"


def _labels(comparison: Comparison) -> dict[str, str]:
    return {level.name: level.label for level in comparison.shape.levels}
