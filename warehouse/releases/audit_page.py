"""The audit as an HTML page: one block per contract, one line per check, red for a check that blocks the release."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from string import Template

from contracts.check_result import CheckResult
from contracts.model import Catalog, Table

RULES = {
    "columns": "列名与顺序",
    "type": "类型",
    "exists": "表存在",
    "not_null": "必填",
    "unique": "唯一",
    "code": "代码值",
    "pattern": "格式",
    "length": "长度",
    "range": "取值范围",
    "row_count": "行数",
    "sql": "规则",
    "expectation": "规则",
}
PAGE = Template("""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>发布前审核 Audit</title>
<style>
body { font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; margin: 2rem auto; max-width: 62rem;
       padding: 0 1rem; color: #1f2933; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.05rem; margin: 0; } small, .muted { color: #66727f; font-weight: normal; }
details { border: 1px solid #d9dfe5; border-left: 6px solid #2f8f5b; border-radius: 6px; margin: .6rem 0; }
details.broken { border-left-color: #c43a31; } details.warned { border-left-color: #d99a1c; }
summary { cursor: pointer; display: flex; gap: 1rem; justify-content: space-between; padding: .6rem .9rem; }
table { border-collapse: collapse; width: 100%; } th, td { padding: .3rem .9rem; text-align: left; }
th { background: #f4f6f8; } tr + tr td { border-top: 1px solid #eceff2; } .number { text-align: right; }
.ok { color: #2f8f5b; } .broken .no, .no { color: #c43a31; font-weight: 600; } .warn { color: #a86f00; }
</style></head><body>
<h1>发布前审核 <small>Audit before publishing</small></h1>
<p>$summary</p>
$tables
</body></html>
""")


def page(catalog: Catalog, results: Iterable[CheckResult]) -> str:
    """The audit page as HTML; broken contracts come first and are unfolded."""
    by_table: dict[str, list[CheckResult]] = {name: [] for name in catalog.tables}
    for result in results:
        by_table[result.table].append(result)
    ranked = sorted(by_table, key=lambda name: (min(map(_rank, by_table[name]), default=2), name))
    every = [r for found in by_table.values() for r in found]
    broken, warned = sum(r.blocks for r in every), sum(_rank(r) == 1 for r in every)
    verdict = f'<b class="no">{broken} 项不通过 broken</b>' if broken else '<b class="ok">全部通过 all kept</b>'
    return PAGE.substitute(
        summary=f"{len(by_table)} 份契约 contracts · {len(every)} 项检查 checks · {verdict} · {warned} 项提醒 warnings",
        tables="\n".join(_block(catalog.tables[name], by_table[name]) for name in ranked),
    )


def _rank(result: CheckResult) -> int:
    return 0 if result.blocks else 2 if result.passed else 1


def _block(table: Table, results: list[CheckResult]) -> str:
    worst = min(map(_rank, results), default=2)
    rows = max((r.rows for r in results), default=0)
    kind = ("broken", "warned", "kept")[worst]
    lines = "\n".join(_line(table, r) for r in sorted(results, key=_rank))
    return f"""<details class="{kind}"{" open" if worst == 0 else ""}>
<summary><h2>{escape(table.business_name)} <small>{escape(table.qualified)} · {escape(table.version)}</small></h2>
<span class="muted">{rows:,} 行 rows · {sum(r.passed for r in results)}/{len(results)} 项通过 kept</span></summary>
<table><tr><th>列 Column</th><th>规则 Rule</th><th>结果 Result</th><th class="number">不合格行 Rows broken</th>
<th>说明 Note</th></tr>
{lines}
</table></details>"""


def _line(table: Table, result: CheckResult) -> str:
    mark = ('<span class="no">✗ 不通过</span>', '<span class="warn">△ 提醒</span>', '<span class="ok">✓ 通过</span>')
    broken = "" if result.broken is None else f"{result.broken:,}"
    rule = f"{RULES.get(result.rule, '')} <small>{result.rule}</small>"
    return (
        f"<tr><td>{_column(table, result.column)}</td><td>{rule}</td>"
        f'<td>{mark[_rank(result)]}</td><td class="number">{broken}</td><td>{escape(result.description)}</td></tr>'
    )


def _column(table: Table, name: str | None) -> str:
    if name is None:
        return '<span class="muted">整表 table</span>'
    try:
        label = table.column(name).business_name
    except KeyError:
        label = ""
    return f"{escape(label)} <small>{escape(name)}</small>"
