"""What YAML files declare in words of ours: each word is a field of a pydantic model, and what is wrong is told at its line.

Belongs here: reading a node as a model; each of pydantic's errors as a `Problem`: where, what was expected, what was found, what
to do. Does not: the words (words.py, pull.py, survivorship.py; rules, forms and linkage models declare their own), YAML itself
(document.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Strict, StringConstraints, ValidationError
from pydantic.fields import FieldInfo
from pydantic.functional_validators import model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from contracts.code_lists import load_code_lists
from contracts.document import Document, Path_, Problem

T = TypeVar("T")


def _day(text: Any) -> Any:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else text
    except ValueError:
        raise ValueError(f"should be a date, not {text!r}") from None


Items = Annotated[tuple[T, ...], Strict(False)]  # a YAML list
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Day = Annotated[date, BeforeValidator(_day)]  # as YAML of ours knows it: text
LONGEST = 60  # characters of a found value that a message repeats
MAPPING = ("model_type", "dict_type")
# pydantic's words and ours
OURS = {"valid tuple": "list", "a valid integer": "an integer", "valid ": "", " after validation": ""}
UNKNOWN = ("extra_forbidden", "invalid_key")


class Declaration(BaseModel):
    """A mapping of known words, where text is text and a number a number. A field's description says what it is to be."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """A word (or none) and what is wrong with it, of words that are right each by itself and do not go together."""
        return iter(())

    @model_validator(mode="after")
    def _without_contradictions(self) -> Declaration:
        if found := list(self.contradictions()):
            raise PydanticCustomError("contradictions", "words contradict each other", {"found": found})
        return self


Declared = TypeVar("Declared", bound=Declaration)


def read_declaration(
    kind: type[Declared],
    content: Any,
    document: Document,
    at: Path_ = (),
    *,
    about: str = "",
    places: Mapping[str, Path_] | None = None,
    undecided: str | None = None,
) -> tuple[Declared | None, list[Problem]]:
    """The `content` at a place of the document as a `kind`, or everything that is wrong with it.

    `about` begins each message. `places`: where words stand that do not stand under their own name at `at`. That a value is
    `undecided` is told elsewhere.
    """
    try:
        return kind.model_validate(content), []
    except ValidationError as error:
        found = [*_errors(kind, content, [e for e in error.errors() if undecided is None or e["input"] != undecided])]
    told: dict[tuple[Path_, str], list[str]] = {}  # what each branch of a union expected is one problem
    for loc, expected, remedy in found:
        told.setdefault((loc, remedy and f" -> {remedy}"), []).append(expected)
    problems = []
    for (loc, remedy), expectations in told.items():
        word = f"{'.'.join(map(str, loc))} " if loc else ""
        for message in [" or ".join(expectations)] if remedy else expectations:
            problems.append(document.problem(f"{about}{word}{message}{remedy}", *place_of(loc, at, places or {})))
    return None, problems


def place_of(loc: Path_, at: Path_, places: Mapping[str, Path_]) -> Path_:
    """Where a location within a declaration stands in its document."""
    return places.get(str(loc[0]), (*at, loc[0])) + loc[1:] if loc else at


def one_of(what: str, known: Callable[[], Iterable[str]]) -> AfterValidator:
    """That a word is among those known when it is read."""

    def check(word: str) -> str:
        if word not in (words := [*known()]):
            raise ValueError(f"should be {what} ({', '.join(words)}), not {word!r}")
        return word

    return AfterValidator(check)


@cache
def codes_of(name: str) -> tuple[str, ...]:
    """The codes of a list of this project."""
    return tuple(load_code_lists()[name].labels)


def code_of(what: str, name: str) -> AfterValidator:
    """That a word is a code of the list."""
    return one_of(f"{what} of codes/{name}.csv", lambda: codes_of(name))


def _errors(kind: type[Declaration], content: Any, errors: list[ErrorDetails]) -> Iterator[tuple[Path_, str, str]]:
    """Where in the content, what was expected and found, and what to do."""
    for one in errors:
        within = [other for other in errors if other is not one and other["loc"][: len(one["loc"])] == one["loc"]]
        if one["type"] == "too_short" and within:  # only because its items are wrong
            continue
        loc = _within(content, one)
        if one["type"] == "contradictions":
            for word, message in one["ctx"]["found"]:
                yield ((*loc, word) if word else loc), message, ""
            continue
        model, field = _declared_at(kind, loc)
        remedy = (field.description if field else None) or ("add it" if one["type"] == "missing" else "correct it")
        if one["type"] in (*UNKNOWN, "model_type"):
            remedy = f"known here are {', '.join(words_of(model))}"
        yield loc, _expected(one), remedy


def words_of(model: type[Declaration]) -> tuple[str, ...]:
    """The words of a declaration as YAML writes them."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _expected(error: ErrorDetails) -> str:
    kind, found = error["type"], error["input"]
    if kind == "missing" or kind in UNKNOWN:
        return "is missing" if kind == "missing" else "is an unknown word"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    wanted = "should be a mapping" if kind in MAPPING else f"should{error['msg'].partition('should')[2]}"
    for theirs, ours in OURS.items():
        wanted = wanted.replace(theirs, ours)
    return wanted if ", not" in wanted else f"{wanted}, not {_named(found)}"


def _named(found: Any) -> str:
    if found is None:
        return "nothing"
    if isinstance(found, dict | list | tuple):
        return "a mapping" if isinstance(found, dict) else "a list"
    text = repr(found)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _within(content: Any, error: ErrorDetails) -> Path_:
    """pydantic's location without what is none of the document's: the branch of a union, the key of a mapping."""
    path: list[str | int] = []
    for step in error["loc"]:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            if error["type"] != "missing" or step != error["loc"][-1]:
                break
        path.append(step)
    return tuple(path)


def _declared_at(kind: type[Declaration], loc: Path_) -> tuple[type[Declaration], FieldInfo | None]:
    """The innermost model on the way to a place, and the innermost field with a description."""
    model, found = kind, None
    for step in loc:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if (field := fields.get(str(step))) is not None:
            found = field if field.description or not found else found
            model = next(_models(field.annotation), model)
    return model, found


def _models(annotation: Any) -> Iterator[type[Declaration]]:
    if isinstance(annotation, type) and issubclass(annotation, Declaration):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
