"""Reads the words of our own in YAML files: each word is a field of a pydantic model, and each problem has its line.

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
MAPPING_ERRORS = ("model_type", "dict_type")
# pydantic's wording and ours
MESSAGE_WORDS = {"valid tuple": "list", "a valid integer": "an integer", "valid ": "", " after validation": ""}
UNKNOWN_WORD_ERRORS = ("extra_forbidden", "invalid_key")


class Declaration(BaseModel):
    """A mapping of known words with strict types. A field's description is the remedy in its error messages."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Yields a word (or "") and a problem for words that are each valid and contradict each other."""
        return iter(())

    @model_validator(mode="after")
    def _without_contradictions(self) -> Declaration:
        if found := list(self.contradictions()):
            raise PydanticCustomError("contradictions", "words contradict each other", {"found": found})
        return self


DeclarationT = TypeVar("DeclarationT", bound=Declaration)


def read_declaration(
    kind: type[DeclarationT],
    content: Any,
    document: Document,
    at: Path_ = (),
    *,
    about: str = "",
    places: Mapping[str, Path_] | None = None,
    undecided: str | None = None,
) -> tuple[DeclarationT | None, list[Problem]]:
    """The `content` at a place of the document as a `kind`, or None and all problems of it.

    `about` begins each message. `places` are the paths of words that are not at (`at`, word). A value equal to `undecided`
    is no problem here.
    """
    try:
        return kind.model_validate(content), []
    except ValidationError as error:
        found = [*_errors(kind, content, [e for e in error.errors() if undecided is None or e["input"] != undecided])]
    grouped: dict[tuple[Path_, str], list[str]] = {}  # what each branch of a union expected is one problem
    for loc, expected, remedy in found:
        grouped.setdefault((loc, remedy and f" -> {remedy}"), []).append(expected)
    problems = []
    for (loc, remedy), expectations in grouped.items():
        word = f"{'.'.join(map(str, loc))} " if loc else ""
        for message in [" or ".join(expectations)] if remedy else expectations:
            problems.append(document.problem(f"{about}{word}{message}{remedy}", *place_of(loc, at, places or {})))
    return None, problems


def place_of(loc: Path_, at: Path_, places: Mapping[str, Path_]) -> Path_:
    """The path in the document of a location within a declaration."""
    return places.get(str(loc[0]), (*at, loc[0])) + loc[1:] if loc else at


def one_of(what: str, known: Callable[[], Iterable[str]]) -> AfterValidator:
    """A validator: the word must be among those `known` when it is read, else the message names `what` it should be."""

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
    """A validator: the word must be a code of the list, else the message names `what` it should be."""
    return one_of(f"{what} of codes/{name}.csv", lambda: codes_of(name))


def _errors(kind: type[Declaration], content: Any, errors: list[ErrorDetails]) -> Iterator[tuple[Path_, str, str]]:
    """Yields for each error its path in the content, a message and a remedy."""
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
        if one["type"] in (*UNKNOWN_WORD_ERRORS, "model_type"):
            remedy = f"known here are {', '.join(words_of(model))}"
        yield loc, _expected(one), remedy


def words_of(model: type[Declaration]) -> tuple[str, ...]:
    """The words of a declaration as YAML writes them."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _expected(error: ErrorDetails) -> str:
    kind, found = error["type"], error["input"]
    if kind == "missing" or kind in UNKNOWN_WORD_ERRORS:
        return "is missing" if kind == "missing" else "is an unknown word"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    wanted = "should be a mapping" if kind in MAPPING_ERRORS else f"should{error['msg'].partition('should')[2]}"
    for theirs, ours in MESSAGE_WORDS.items():
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
    """pydantic's location without steps that are not in the document: the branch of a union, the key of a mapping."""
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
    """The innermost model on the path to a location, and the innermost field with a description."""
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
