"""Translates a linkage model into Splink's settings dictionary."""

from __future__ import annotations

from typing import Any

from pipelines.linkage.model import Comparison, Level, LinkModel


def splink_settings(model: LinkModel) -> dict[str, Any]:
    """Splink's settings. The model's prior must be a number (`LinkModel.among`, `train`)."""
    assert isinstance(model.prior, float), "the prior must be a number: LinkModel.among, train.py"
    return {
        "link_type": model.link_type,
        "unique_id_column_name": "unique_id",
        "source_dataset_column_name": "source_dataset",
        "probability_two_random_records_match": model.prior,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": f"l.key_{n} = r.key_{n}"} for n in range(len(model.block_on))
        ],
        "comparisons": [_comparison(comparison) for comparison in model.comparisons],
        "retain_matching_columns": True,  # the levels with them; see NarrowAPI
        "retain_intermediate_calculation_columns": True,
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    shape = comparison.shape
    null_level = {"sql_condition": shape.null_condition, "label_for_charts": "silent", "is_null_level": True}
    levels = [_level(name, condition, comparison.levels.get(name, Level())) for name, _, condition in shape.levels]
    return {"output_column_name": comparison.name, "comparison_levels": [null_level, *levels]}


def _level(name: str, condition: str, level: Level) -> dict[str, Any]:
    words: dict[str, Any] = {"sql_condition": condition, "label_for_charts": name}
    if level.m is not None:
        words |= {"m_probability": level.m, "fix_m_probability": True}
    if level.u is not None:
        words |= {"u_probability": level.u, "fix_u_probability": True}
    return words
