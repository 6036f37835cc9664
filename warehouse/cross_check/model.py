"""The declaration of cross-check rules: one SQL file with a header, whose select returns rows that contradict each other.

A rule selects `subject_id` and `evidence_rows` (`source:key` of the office rows it cites, sorted), if known dwelling_id,
household_id, person_id and grid_code, and exactly the columns that its header lists as evidence. `$name` in the SQL is a
parameter of the header. Not here: running rules and storing their findings (run.py).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import duckdb
from pydantic import Field

from contracts.declaration import Declaration, Text, read_declaration
from contracts.document import Problem, first_problems, parse_text
from contracts.errors import HubError
from contracts.model import Catalog
from contracts.quoting import quote_text
from warehouse.build.sql_files import read_file

RULES: Final = Path(__file__).parents[1] / "rules"
RULE_FILE = ".sql"
Severity = Literal["high", "medium", "low"]
Subject = Literal["person", "household", "dwelling", "ticket", "address", "building", "phone"]
PLACES: Final = (
    "dwelling_id",
    "household_id",
    "person_id",
    "grid_code",
    "area_code",
)  # each is optional in a rule's select
MOST: Final = 10_000  # rows of an example that are read
PARAMETER: Final = re.compile(r"\$([a-z][a-z0-9_]*)")


class Header(Declaration):
    """The header of a rule: its meaning at the door, its purpose and legal basis, and an example.

    `place`: the finding is checked by a visit (door) or in an office (desk). `doubts`: attributes
    (`person.living_address`) whose shown value a finding puts in doubt. `rows`: the columns shown of cited rows, by source.
    `evidence`: the contradicting values, column → label; a closed finding re-opens when one of them changes.
    """

    title: Text
    meaning: Text
    severity: Severity
    subject: Subject
    place: Literal["door", "desk"]
    purpose: Text
    legal_basis: Text
    owner: Text
    rows: dict[str, list[str]] = Field(min_length=1, description="of each source its columns: {resident: [name]}")
    evidence: dict[str, str] = Field(min_length=1, description="column: label")
    parameters: dict[str, Annotated[int | float, Field(allow_inf_nan=False)]] = Field({})
    doubts: list[str] = Field([])
    given: dict[str, list[dict[str, Any]]] = Field(min_length=1, description="an example: {table: [{column: value}]}")
    expected: list[str] = Field(min_length=1, description="the subjects that the rule finds in the given rows")


class Rule(Header):
    """A rule file: its header, its name, and its SQL with the parameters in it."""

    name: str
    sql: str
    path: Path

    @property
    def finding_id(self) -> str:
        """The SQL of a finding's id, from `subject_id`: the same rule and subject are one finding on every night."""
        return f"md5({quote_text(f'{self.name}|')} || subject_id)"


def load_rules(folder: Path = RULES) -> list[Rule]:
    """All rules by name. HubError with file and missing field: a rule without purpose or legal basis is refused."""
    return [load_rule(path) for path in rule_files(folder)]


def rule_files(folder: Path = RULES) -> list[Path]:
    """The rule files of a folder, sorted by name."""
    return sorted(folder.glob(f"*{RULE_FILE}"))


def load_rule(path: Path) -> Rule:
    """The rule of one file. HubError if it cannot be read or its header is incomplete."""
    rule, problems = read_rule(path)
    if rule is None:
        raise HubError(**first_problems(problems), remedy="`hub rule check` lists every problem")
    return rule


def read_rule(path: Path) -> tuple[Rule | None, list[Problem]]:
    """The rule of one file, or None and the problems of the file and its header."""
    try:
        file = read_file(path)
    except OSError as error:
        return None, [Problem(str(path), 1, f"rule cannot be read ({error.strerror}) -> look at its owner and mode")]
    except UnicodeDecodeError:
        return None, [Problem(str(path), 1, "rule is not UTF-8 -> save it as UTF-8")]
    document, problems = parse_text(
        file.comment, str(path), "a rule begins with its header, /* title: …", file.comment_line
    )
    if document is None:
        return None, problems
    header, problems = read_declaration(Header, document.content, document)
    if header is None:
        return None, problems
    if odd := sorted({*PARAMETER.findall(file.sql)} ^ header.parameters.keys()):
        message = f"parameters and SQL do not agree on {', '.join(odd)} -> each is in both, in the SQL as $name"
        return None, [document.problem(message, "parameters")]
    sql = PARAMETER.sub(lambda found: str(header.parameters[found[1]]), file.sql) + "\n"  # it may end in a comment
    return Rule(**dict(header), name=file.name, sql=sql, path=path), []


def run_example(rule: Rule, catalog: Catalog) -> tuple[list[str], list[str]]:
    """Run the header's example: the subjects found in its given rows, and those expected, both sorted. duckdb.Error.

    At most MOST rows are read, for a rule may by mistake return rows without end.
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
