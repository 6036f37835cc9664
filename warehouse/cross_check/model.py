"""Cross-check rules as they are declared: one SQL file that returns the rows which contradict each other, under a header.

A rule selects `subject_id` and `evidence_rows` (`source:key` of the office rows that speak, sorted), where it knows them
dwelling_id, household_id, person_id, grid_code, and exactly the columns that its header calls evidence. `$name` in the SQL
is a parameter of the header. Not here: running rules and keeping what they find (run.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.errors import HubError
from contracts.model import Catalog
from contracts.quoting import quote_text
from warehouse.build.sql_files import SqlFile, read_file

RULES: Final = Path(__file__).parents[1] / "rules"
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "severity": ("high", "medium", "low"),
    "subject": ("person", "household", "dwelling", "ticket", "address", "building", "phone"),
    "place": ("door", "desk"),
}
PLACES: Final = ("dwelling_id", "household_id", "person_id", "grid_code")  # selected where a rule knows them
MOST: Final = 10_000  # rows of an example that are looked at
PARAMETER: Final = re.compile(r"\$([a-z][a-z0-9_]*)")


class Header(BaseModel):
    """What a rule says of itself: what it means at the door, why it may be asked, and rows that show it.

    `place`: whether somebody must go there (door) or look into it (desk). `doubts`: attributes (`person.living_address`)
    whose shown value the finding puts in doubt. `rows`: of each source the columns that its evidence rows show.
    `evidence`: what is contradicted, column → label; a finding that was judged re-opens when one of these values changes.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    title: str
    meaning: str
    severity: str
    subject: str
    place: str
    purpose: str
    legal_basis: str
    owner: str
    rows: dict[str, list[str]]
    evidence: dict[str, str]
    parameters: dict[str, Annotated[int | float, Field(allow_inf_nan=False)]] = {}
    doubts: list[str] = []
    given: dict[str, list[dict[str, Any]]]
    expected: list[str]


class Rule(Header):
    """A rule file: its header, its name, and its SQL with the parameters in it."""

    name: str
    sql: str
    path: Path

    @property
    def finding_id(self) -> str:
        """The id of a finding in SQL, of a row with `subject_id`: the same rule and subject are one finding on every night."""
        return f"md5({quote_text(f'{self.name}|')} || subject_id)"


HEADER: Final = tuple(Header.model_fields)
EXAMPLE: Final = ("given", "expected")
STATED: Final = tuple(
    word for word, field in Header.model_fields.items() if field.is_required() and word not in EXAMPLE
)


def load_rules(folder: Path = RULES) -> list[Rule]:
    """Every rule by name. HubError naming file and missing word: a rule without purpose or legal basis is refused."""
    return [load_rule(path) for path in rule_files(folder)]


def rule_files(folder: Path = RULES) -> list[Path]:
    """The library's files, by name."""
    return sorted(folder.glob("*.sql"))


def load_rule(path: Path) -> Rule:
    """The rule of one file. HubError for one that is no text, or whose header does not say what a rule must say."""
    try:
        return read_rule(read_file(path))
    except OSError as error:
        raise HubError(
            f"rule cannot be read ({error.strerror})", where=str(path), remedy="look at its owner and mode"
        ) from None
    except UnicodeDecodeError:
        raise HubError("rule is not UTF-8", where=str(path), remedy="save it as UTF-8") from None


def read_rule(file: SqlFile) -> Rule:
    """One rule. HubError for a header that does not say what a rule must say."""
    header = _header(file)
    if missing := [word for word in (*STATED, *EXAMPLE) if not header.get(word)]:
        raise HubError(
            f"rule header lacks {', '.join(missing)}",
            where=str(file.path),
            remedy=f"a rule says its {', '.join(STATED)} and an example (given, expected)",
        )
    if unknown := sorted(str(word) for word in header if word not in HEADER):
        raise HubError(f"rule header has unknown words {', '.join(unknown)}", where=str(file.path))
    try:
        stated = Header.model_validate(header)
    except ValidationError as error:
        at, told = error.errors()[0]["loc"], error.errors()[0]["msg"]
        raise HubError(
            f"rule header: {'.'.join(map(str, at))}: {told}",
            where=str(file.path),
            remedy="look at another rule's header",
        ) from None
    for word, allowed in CHOICES.items():
        if (said := getattr(stated, word)) not in allowed:
            raise HubError(f"{word} is one of {', '.join(allowed)}, not {said}", where=str(file.path))
    sql = _with_parameters(file, stated.parameters)
    return Rule(**stated.model_dump(), name=file.name, sql=sql, path=file.path)


def _header(file: SqlFile) -> dict[str, Any]:
    try:
        header = yaml.safe_load(file.comment)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a day that is in no calendar
        mark = getattr(error, "problem_mark", None)
        told = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise HubError(
            f"rule header is not YAML: {told}", where=f"{file.path}:{mark.line + 1 if mark else 1}"
        ) from None
    return header if isinstance(header, dict) else {}


def _with_parameters(file: SqlFile, parameters: Mapping[str, Any]) -> str:
    """The SQL with every `$name` replaced by its number: so a file means the same wherever it runs."""
    if odd := sorted(set(PARAMETER.findall(file.sql)) ^ parameters.keys()):
        raise HubError(
            f"parameters and SQL do not agree on {', '.join(odd)}",
            where=str(file.path),
            remedy="every parameter stands in the SQL as $name, and every $name in `parameters`",
        )
    return PARAMETER.sub(lambda found: str(parameters[found[1]]), file.sql) + "\n"  # it may end in a comment


def run_example(rule: Rule, catalog: Catalog) -> tuple[list[str], list[str]]:
    """The header's example: the subjects the rule finds in its given rows, and those it should, both sorted. duckdb.Error.

    Of a rule that finds rows without end only some are looked at: an example is small.
    """
    with duckdb.connect() as connection:
        connection.execute("create schema source")
        for table in catalog.tables.values():
            connection.execute(f"create table {table.definition}")
            for row in rule.given.get(table.relation, ()):
                marks = ", ".join("?" * len(row))
                names = ", ".join(row)
                connection.execute(f"insert into {table.relation} ({names}) values ({marks})", list(row.values()))
        found = connection.execute(
            f"select distinct subject_id from (select * from ({rule.sql}) as hit limit {MOST}) order by 1"
        ).fetchall()
    return [row[0] for row in found], sorted(rule.expected)
