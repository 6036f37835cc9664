"""Scoring: which pairs of rows a linkage model proposes, how much each comparison weighs, and how a clerk reads it.

Deterministic: the same rows give the same pairs and weights, in whatever order they come and on however many threads.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipelines.linkage.model import Comparison, LinkModel
from pipelines.linkage.workspace import Workspace, workspace

DIGITS = 6  # weights are rounded so: what lies below is the machine's


def score(
    connection: duckdb.DuckDBPyConnection,
    model: LinkModel,
    tables: Sequence[str],
    into: str,
    at_least: float | None = None,
    crowds: Sequence[str] = (),
) -> None:
    """Make the temp table `into`: one row per pair from weight `at_least` on (the model's `grey` unless told).

    Each of `tables` has `source`, `id` (text, together unique) and the columns `model.reads`. Columns of `into`: left_source,
    left_id, right_source, right_id, match_weight, and per comparison `level_<name>` (the level's name, null where a side says
    nothing) and `mw_<name>` (its weight). Left is the row of the earlier table, within one table the smaller (source, id).
    Where `tables` are parts, `crowds` are the wholes in which it is counted what a key on too many rows is.
    """
    with workspace(connection, model, tables, crowds) as work:
        floor = model.grey if at_least is None else at_least
        predicted = work.linker().inference.predict(threshold_match_weight=floor, warning_mode="never")
        connection.execute(f"create or replace temp table {into} as {_pairs(work, predicted.physical_name)}")


def _pairs(work: Workspace, predicted: str) -> str:
    """Splink's prediction with the rows' own names again."""
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
    """One pair as a clerk reads it, as SQL over the columns that `score` made: `姓名 同音 +3.1；电话 一致 +16.4`."""
    parts = []
    for comparison in model.comparisons:
        level, weight = f"level_{comparison.name}", f"mw_{comparison.name}"
        cases = " ".join(f"when '{name}' then '{label}'" for name, label in _labels(comparison).items())
        told = f"concat('{comparison.title} ', case {level} {cases} end, ' ', printf('%+.1f', {weight}))"
        parts.append(f"case when {level} is not null then {told} end")
    return f"replace(concat_ws('；', {', '.join(parts)}), '-', '−')"


def decides_sql(model: LinkModel) -> str:
    """Whether no level that a pair fell into is a doubt for a human, over the columns that `score` made."""
    doubts = [
        f"coalesce(level_{c.name} = '{name}', false)"
        for c in model.comparisons
        for name, level in c.levels.items()
        if not level.decides
    ]
    doubts += [f"level_{c.name} is null" for c in model.comparisons if c.needed]
    return f"not ({' or '.join(doubts)})" if doubts else "true"


def pattern_sql(model: LinkModel) -> str:
    """The levels a pair fell into, a letter for each comparison and `-` where a side says nothing: all that its weight
    depends on."""
    letters = []
    for comparison in model.comparisons:
        cases = " ".join(f"when '{name}' then '{chr(97 + n)}'" for n, name in enumerate(comparison.shape.level_names))
        letters.append(f"case level_{comparison.name} {cases} else '-' end")
    return f"concat({', '.join(letters)})"


def _labels(comparison: Comparison) -> dict[str, str]:
    return {level.name: level.label for level in comparison.shape.levels}
