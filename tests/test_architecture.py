"""The shape of the house: who may import whom, where the environment is read, how long a file may be."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("contracts", "warehouse", "pipelines", "api", "cli", "demo", "benchmarks")
MAY_IMPORT = {
    "contracts": set(),
    "warehouse": {"contracts"},
    "pipelines": {"contracts", "warehouse"},
    "api": {"contracts", "warehouse"},
    "demo": {"contracts", "warehouse"},
    "cli": {"contracts", "warehouse", "pipelines", "api", "demo"},
    "benchmarks": {"contracts", "warehouse", "pipelines", "api", "cli", "demo"},
}
ONLY_IN = {"dagster": "pipelines/orchestration/", "fastapi": "api/", "great_expectations": "contracts/suite.py"}
MODULES = sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))
# packages whose docstrings and names are held to the two tests of words below
DONE = ("warehouse", "pipelines", "demo", "benchmarks", "cli", "contracts", "api")
IRREGULAR = {
    "bought", "brought", "built", "caught", "chosen", "cut", "done", "drawn", "driven", "fallen", "found", "given",
    "gone", "got", "heard", "held", "hidden", "hit", "kept", "known", "left", "lent", "lost", "made", "meant", "met",
    "paid", "put", "read", "said", "seen", "sent", "set", "shown", "sold", "spent", "split", "spoken", "stood", "taken",
    "told", "torn", "understood", "woven", "written",
}  # fmt: skip
ORDINARY = {  # words that look like a participle and are none: verbs in the imperative, then nouns
    "read", "split",
    "building", "dwelling", "finding", "landing", "ring", "seed", "spelling", "training",
}  # fmt: skip


def imports(tree: ast.AST) -> set[str]:
    """Top-level package names a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def module_name(path: Path) -> str:
    """`warehouse.access.policy`; a package is named as it is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported_modules(tree: ast.AST, known: set[str]) -> set[str]:
    """Those of `known` that a module imports, wherever in it: late inside a function and for types alone count, too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "a relative import"
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= below if below <= known else {*(below & known), str(node.module)}
    return found & known


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_module_keeps_the_rules_of_the_house(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    name, tree = str(path.relative_to(ROOT)), ast.parse(text)
    package, used = name.split("/")[0], imports(tree)
    ours = used & set(PACKAGES) - {package}
    assert ours <= MAY_IMPORT[package], f"{name} imports {sorted(ours - MAY_IMPORT[package])}"
    for library, place in ONLY_IN.items():
        assert library not in used or name.startswith(place), f"{name} imports {library}, which belongs to {place}"
    assert len(text.splitlines()) <= 300, f"{name} is longer than 300 lines; split it"
    if name != "warehouse/settings.py":
        assert "os.environ" not in text, f"{name} reads the environment; that is settings.py's"
        assert "getenv" not in text, f"{name} reads the environment; that is settings.py's"


def circle(graph: dict[str, set[str]]) -> list[str]:
    """One circle of what imports each other, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other() -> None:
    """A late import would hide a circle from Python, not from a reader: two modules that need each other are one thing."""
    known = {module_name(path) for path in MODULES}
    trees = {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
    assert not circle({name: imported_modules(tree, known) - {name} for name, tree in trees.items()})


@pytest.mark.parametrize(
    "late",
    [
        "import warehouse.b",
        "from warehouse import b",
        "def late():\n    from warehouse.b import x",
        "if TYPE_CHECKING:\n    from warehouse.b import X",
    ],
)
def test_a_circle_is_seen_however_it_is_written(late: str) -> None:
    modules = {
        "warehouse": "",
        "warehouse.a": late,
        "warehouse.b": "from warehouse.c import y",
        "warehouse.c": "import warehouse.a",
    }
    graph = {name: imported_modules(ast.parse(text), {*modules}) for name, text in modules.items()}
    assert set(circle(graph)) == {"warehouse.a", "warehouse.b", "warehouse.c"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_text_files_have_an_encoding_that_no_locale_changes(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    silent = [
        node.lineno
        for node in calls
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in ("read_text", "write_text")
        and "encoding" not in {keyword.arg for keyword in node.keywords}
    ]
    assert not silent, f"lines {silent} leave it to the locale"


def test_definitions_stay_short() -> None:
    assert len((ROOT / "pipelines/orchestration/definitions.py").read_text(encoding="utf-8").splitlines()) < 60


def test_nothing_is_called_utils() -> None:
    assert not [p for p in MODULES if p.stem in ("utils", "helpers", "common", "misc")]


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [
        p
        for p in MODULES
        if p.read_text(encoding="utf-8").strip() and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert not silent, f"without a docstring: {[str(p.relative_to(ROOT)) for p in silent]}"


def is_bare_participle(name: str) -> bool:
    """True for a single word that ends like a participle; `ORDINARY` words and compounds (`read_file`) are none."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])", name)
    word = words[0].lower() if len(words) == 1 else ""
    return (word in IRREGULAR or word.endswith(("ed", "ing"))) and word not in ORDINARY


def public_names(tree: ast.Module) -> Iterator[str]:
    """The names of a module's own functions, classes and constants that do not begin with `_`."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found = [node.name]
        else:
            targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
            found = [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
        yield from (name for name in found if not name.startswith("_"))


def modules_done() -> Iterator[tuple[Path, ast.Module]]:
    for path in MODULES:
        if path.relative_to(ROOT).parts[0] in DONE:
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def test_docstrings_say_what_a_thing_is_in_a_sentence() -> None:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    riddles = [
        f"{path}:{getattr(node, 'lineno', 1)}"
        for path, tree in modules_done()
        for node in ast.walk(tree)
        if isinstance(node, documented) and re.match(r"(What|Whether|Who)\b", ast.get_docstring(node) or "")
    ]
    assert not riddles, f"docstrings open with What, Whether or Who; say what the thing is or does: {riddles}"


def test_no_public_name_is_a_bare_participle() -> None:
    assert [name for name in ("told", "KEPT", "Judged", "divided", "read_file", "NUMBERS") if is_bare_participle(name)] == [
        "told", "KEPT", "Judged", "divided",
    ]  # fmt: skip
    bare = [
        f"{path}: {name}" for path, tree in modules_done() for name in public_names(tree) if is_bare_participle(name)
    ]
    assert not bare, f"a name says what the thing is or does; participles say neither: {bare}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_casebook_that_is_opened_is_closed(path: Path) -> None:
    """By `with`; a function that hands one on is a call of its own (the API's is closed with the application)."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    managed = {id(item.context_expr) for node in nodes if isinstance(node, ast.With) for item in node.items}
    managed |= {id(node.value) for node in nodes if isinstance(node, ast.Return)}
    managed |= {
        id(k.value) for node in nodes if isinstance(node, ast.Call) for k in node.keywords if k.arg == "casebook"
    }
    loose = [
        node.lineno
        for node in nodes
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] == "open_casebook"
        and id(node) not in managed
    ]
    assert not loose, f"lines {loose} open a casebook and leave it open"
