"""The audit: validates the finished candidate against every contract's suite and stores the results with the release.

`audit/<layer>.<table>.json` are the result documents, `audit/index.html` (`audit_page.py`) is for people; both have counts
only, no values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from contracts.check_result import CheckResult
from contracts.code_lists import CodeList
from contracts.errors import ReleaseError
from contracts.model import Catalog
from contracts.suite import validate
from warehouse.files import write_atomically
from warehouse.releases.audit_page import page
from warehouse.releases.publish import CITY

FOLDER = "audit"


def audit(
    candidate: Path,
    catalog: Catalog,
    code_lists: Mapping[str, CodeList],
    progress: Callable[[str], None] | None = None,
    validate: Callable[..., list[CheckResult]] = validate,
) -> list[CheckResult]:
    """Run every contract's checks on the candidate's database and write the documents beside it; returns the results."""
    results = validate(candidate / CITY, catalog.tables.values(), code_lists, progress)
    for name, table in catalog.tables.items():
        document = {
            "table": name,
            "contract": Path(table.path).name,
            "version": table.version,
            "digest": table.digest,
            "results": [asdict(r) for r in results if r.table == name],
        }
        content = json.dumps(document, ensure_ascii=False, indent=1).encode()
        write_atomically(candidate / FOLDER / f"{name}.json", content)
    write_atomically(candidate / FOLDER / "index.html", page(catalog, results).encode())
    return results


def require_sound(catalog: Catalog, results: Iterable[CheckResult], served: str | None) -> None:
    """Raise ReleaseError if a blocking check failed, naming contract, column and rows; warnings do not block."""
    blocking = [r for r in results if r.blocks]
    if not blocking:
        return
    first = blocking[0]
    contract = "/".join(Path(catalog.tables[first.table].path).parts[-3:])
    more = f", and {len(blocking) - 1} more checks" if len(blocking) > 1 else ""
    keeps = f"{served} keeps serving" if served else "nothing is served yet"
    raise ReleaseError(
        f"{first} ({contract}){more}; {keeps}",
        remedy="correct the office's file or the contract and run `hub nightly` again",
    )
