"""Cross-check rules as they are declared: one SQL file that returns the rows which contradict each other, under a header.

A rule selects `subject_id` and `evidence_rows` (`source:key` of the office rows that speak, sorted), where it knows them
dwelling_id, household_id, person_id, grid_code, and exactly the columns that its header calls evidence. `$name` in the SQL
is a parameter of the header. Not here: running rules and keeping what they find (run.py).
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
Severity = Literal["high", "medium", "low"]
Subject = Literal["person", "household", "dwelling", "ticket", "address", "building", "phone"]
PLACES: Final = ("dwelling_id", "household_id", "person_id", "grid_code")  # selected where a rule knows them
MOST: Final = 10_000  # rows of an example that are looked at
PARAMETER: Final = re.compile(r"\$([a-z][a-z0-9_]*)")


class Header(Declaration):
    """What a rule says of itself: what it means at the door, why it may be asked, and rows that show it.

    `place`: whether somebody must go there (door) or look into it (desk). `doubts`: attributes (`person.living_address`)
    whose shown value the finding puts in doubt. `rows`: of each source the columns that its evidence rows show.
    `evidence`: what is contradicted, column → label; a finding that was judged re-opens when one of these values changes.
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
        """The id of a finding in SQL, of a row with `subject_id`: the same rule and subject are one finding on every night."""
        return f"md5({quote_text(f'{self.name}|')} || subject_id)"


def load_rules(folder: Path = RULES) -> list[Rule]:
    """Every rule by name. HubError naming file and missing word: a rule without purpose or legal basis is refused."""
    return [load_rule(path) for path in rule_files(folder)]


def rule_files(folder: Path = RULES) -> list[Path]:
    """The library's files, by name."""
    return sorted(folder.glob("*.sql"))


def load_rule(path: Path) -> Rule:
    """The rule of one file. HubError for one that is no text, or whose header does not say what a rule must say."""
    rule, problems = read_rule(path)
    if rule is None:
        raise HubError(**first_problems(problems), remedy="`hub rule check` lists every problem")
    return rule


def read_rule(path: Path) -> tuple[Rule | None, list[Problem]]:
    """The rule of one file, or everything that is wrong with it and its header."""
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
