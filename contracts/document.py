"""ODCS documents: reading YAML with line numbers, and the JSON schema the standard ships.

Not here: what our own words in `customProperties` mean (`load.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

import jsonschema_rs
import yaml


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C one is not always built
    """Loads YAML with the types of JSON, for which the standard's schema is written: a date is text."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


Path_ = tuple[str | int, ...]
YamlFile = tuple["Document | None", "list[Problem]"]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with a contract, as `file:line: message`."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, eq=False)
class Document:
    """One YAML file: its content, the line of every node, and a digest of its meaning (not of its layout).

    It is not changed once it was read, and equals only itself: what is made of it can be cached.
    """

    path: str
    content: dict[str, Any]
    lines: dict[Path_, int]

    @property
    def digest(self) -> str:
        canonical = json.dumps(self.content, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def line(self, *path: str | int) -> int:
        """The line of the node at `path`, or of its nearest ancestor that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, message: str, *path: str | int) -> Problem:
        return Problem(self.path, self.line(*path), message)


def read_document(path: Path) -> YamlFile:
    """One contract as a document, and its problems: not YAML, not a mapping, or against the ODCS schema.

    The same text gives the same document: a process reads its contracts many times, and parsing them takes half a second.
    """
    return _read(path, _contract)


@lru_cache(maxsize=512)
def _contract(text: str, file: str) -> YamlFile:
    document, problems = parse_text(text, file, "a contract starts with apiVersion and kind")
    return document, schema_problems(document) if document else problems


def parse(path: Path, remedy: str) -> YamlFile:
    """Any YAML file that is a mapping; `remedy` tells how one begins."""
    return _read(path, lambda text, file: parse_text(text, file, remedy))


def _read(path: Path, parse: Callable[[str, str], YamlFile]) -> YamlFile:
    """`parse` of the file's text and name, or the problem that the file cannot be read."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        return None, [Problem(str(path), 1, f"not UTF-8 at byte {error.start}; save the file as UTF-8")]
    except OSError as error:
        return None, [Problem(str(path), 1, f"cannot be read ({error.strerror}); look at its owner and mode")]


def parse_text(text: str, file: str, remedy: str, first: int = 1) -> YamlFile:
    """As `parse`, of YAML that begins in line `first` of the file."""
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        content = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        mark, reason = (
            getattr(error, "problem_mark", None),
            getattr(error, "problem", None) or str(error).splitlines()[0],
        )
        return None, [Problem(file, mark.line + first if mark else first, f"not valid YAML: {reason}")]
    if node is None or not isinstance(content, dict):
        return None, [Problem(file, first, f"empty or not a mapping; {remedy}")]
    return Document(file, content, {path: line + first - 1 for path, line in _lines(node)}), []


def first_problems(problems: Sequence[Problem]) -> dict[str, str]:
    """`what` and `where` of an error that names the first three of a file's problems."""
    more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
    others = "".join(f"; line {p.line}: {p.message}" for p in problems[1:3])
    return {"what": f"{problems[0].message}{others}{more}", "where": f"{problems[0].file}:{problems[0].line}"}


def _lines(node: yaml.Node, path: Path_ = ()) -> list[tuple[Path_, int]]:
    found = [(path, node.start_mark.line + 1)]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            found.append(((*path, key.value), key.start_mark.line + 1))
            found.extend(entry for entry in _lines(value, (*path, key.value)) if entry[0] != (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            found.extend(_lines(item, (*path, i)))
    return found


def schema_problems(document: Document) -> list[Problem]:
    """Where the document violates the ODCS schema, which `open-data-contract-standard` ships."""
    validator = _validator()
    if validator.is_valid(document.content):
        return []
    problems = []
    for error in validator.iter_errors(document.content):
        message = error.message if len(error.message) < 300 else error.message[:300] + "…"
        problems.append(document.problem(message, *error.instance_path))
    return sorted(set(problems))


@cache
def _validator() -> Any:
    schema = files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(schema))
