"""Checks that Great Expectations cannot run on DuckDB itself, as SQL that returns one row for each row that fails.

`{batch}` is the table under audit; GX formats the text, so every other brace is doubled, and SQLAlchemy takes `:word` for
a parameter, so a pattern's colons are escaped.
"""

from __future__ import annotations

from collections.abc import Mapping

from contracts.code_lists import CodeList
from contracts.model import Check
from contracts.named_checks import NAMED_CHECKS
from contracts.quoting import quote_text

OPERATORS = {
    "mustBe": "value = {0}",
    "mustNotBe": "value <> {0}",
    "mustBeGreaterThan": "value > {0}",
    "mustBeGreaterOrEqualTo": "value >= {0}",
    "mustBeLessThan": "value < {0}",
    "mustBeLessOrEqualTo": "value <= {0}",
    "mustBeBetween": "value between {0} and {1}",
    "mustNotBeBetween": "value not between {0} and {1}",
}


def pattern_sql(check: Check) -> str:
    """SQL for rows whose whole value does not match the pattern: GX has no regular expressions for DuckDB."""
    pattern = quote_text(check.args["pattern"])
    return _failing_rows(f'regexp_full_match("{check.column}", {pattern})', check.mostly)


def named_sql(check: Check, code_lists: Mapping[str, CodeList]) -> str:
    """SQL for rows whose value fails a named check."""
    return _failing_rows(NAMED_CHECKS[check.reported_rule].passes_sql(f'"{check.column}"', code_lists), check.mostly)


def _failing_rows(condition: str, mostly: float) -> str:
    """Rows for which the condition is false; none if the share that passes is at least `mostly`. A null does neither."""
    condition = condition.replace("{", "{{").replace("}", "}}").replace(":", "\\:")
    rows = f"select 1 from {{batch}} where not ({condition})"
    return rows if mostly == 1 else f"{rows} and (select avg(cast(({condition}) as integer)) from {{batch}}) < {mostly}"


def number_sql(check: Check) -> str:
    """Compares the one number of the contract's query with its bound. If it must be 0 it counts rows: as many are returned."""
    value = check.args["value"]
    condition = OPERATORS[check.args["operator"]].format(*(value if isinstance(value, list) else [value]))
    query = check.args["query"].rstrip("; \n").replace("{", "{{").replace("}", "}}")
    for word in ("object", "table"):
        query = query.replace(f"${{{{{word}}}}}", "{batch}").replace(f"{{{{{word}}}}}", "{batch}")
    for word in ("property", "column"):
        column = f'"{check.column}"'
        query = query.replace(f"${{{{{word}}}}}", column).replace(f"{{{{{word}}}}}", column)
    counts = check.args["operator"] == "mustBe" and value == 0
    rows = "unnest(range(greatest(1, cast(abs(value) as bigint))))" if counts else "1"
    about = "" if "{batch}" in query else "and (select true from {batch} limit 1) is not false"  # GX insists on a batch
    return f"select {rows} from (select ({query}) as value) as answer where ({condition}) is not true {about}"
