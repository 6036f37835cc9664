"""A linkage model in Splink's words: the settings dictionary. Belongs here: nothing but the translation."""

from __future__ import annotations

from typing import Any

from pipelines.linkage.model import Comparison, Found, Level, LinkModel, Sure

UNSURE = 1e-4  # where nothing better is known before training


def splink_settings(model: LinkModel, rows: int) -> dict[str, Any]:
    """`rows`: of the first table; the prior may depend on it."""
    return {
        "link_type": model.link_type,
        "unique_id_column_name": "unique_id",
        "source_dataset_column_name": "source_dataset",
        "probability_two_random_records_match": prior(model, rows),
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": f"l.key_{n} = r.key_{n}"} for n in range(len(model.block_on))
        ],
        "comparisons": [_comparison(comparison) for comparison in model.comparisons],
        "retain_matching_columns": True,  # the levels with them; see NarrowAPI
        "retain_intermediate_calculation_columns": True,
    }


def prior(model: LinkModel, rows: int) -> float:
    match model.prior:
        case Found(found=found):
            return found / max(rows, 2)
        case Sure():
            return UNSURE
        case probability:
            return probability


def term_columns(model: LinkModel) -> tuple[str, ...]:
    """The columns whose values are counted."""
    levels = [level for comparison in model.comparisons for level in comparison.levels.values()]
    return tuple(sorted({level.term_frequency for level in levels if level.term_frequency}))


def _comparison(comparison: Comparison) -> dict[str, Any]:
    shape = comparison.shape
    silent = {"sql_condition": shape.silent, "label_for_charts": "silent", "is_null_level": True}
    levels = [_level(name, condition, comparison.levels.get(name, Level())) for name, _, condition in shape.levels]
    return {"output_column_name": comparison.name, "comparison_levels": [silent, *levels]}


def _level(name: str, condition: str, level: Level) -> dict[str, Any]:
    words: dict[str, Any] = {"sql_condition": condition, "label_for_charts": name}
    if level.m is not None:
        words |= {"m_probability": level.m, "fix_m_probability": True}
    if level.u is not None:
        words |= {"u_probability": level.u, "fix_u_probability": True}
    if level.term_frequency:  # the frequency takes u's place: what stands there cancels out
        words |= {
            "u_probability": level.u or UNSURE,
            "tf_adjustment_column": level.term_frequency,
            "disable_tf_exact_match_detection": True,
        }
    return words
