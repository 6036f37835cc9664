"""Scores linkage against truth: `python benchmarks/linkage.py FILE [FILE2] --layout febrl|splink [--out JSON]`.

One file is deduplicated, two are linked. The model is the layout's in `pipelines/linkage/models/`, trained on the file
without its truth. Precision, recall and F1 count pairs of rows after clustering: all pairs within a cluster, of two files
those across; also the pairs as scored.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

if not __package__:  # run as a script: import the packages of this checkout
    sys.path.insert(0, str(Path(__file__).parent.parent))

import duckdb
import polars as pl

from contracts.errors import HubError
from pipelines.linkage.model import load_model
from pipelines.linkage.person_ids import merged_clusters
from pipelines.linkage.score import score
from pipelines.linkage.train import train

SEED = 4


@dataclass(frozen=True)
class Layout:
    """A file's columns: its key, the column with the truth, and the pattern of the entity in it."""

    key: str
    truth: str
    entity: str
    columns: tuple[str, ...]


LAYOUTS = {
    "febrl": Layout(
        "rec_id", "rec_id", r"^rec-(\d+)-(?:org|dup-\d+)$",
        ("given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state",
         "date_of_birth", "soc_sec_id"),
    ),
    "splink": Layout("unique_id", "cluster", r"^(.+)$", ("first_name", "surname", "dob", "city", "email")),
}  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", type=Path, nargs="+", metavar="FILE")
    options.add_argument("--layout", choices=LAYOUTS, required=True)
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    try:
        if len(args.files) > 2:
            raise HubError(f"{len(args.files)} files", remedy="give one to find its duplicates, or two to link them")
        figures = measure([read_file(file, LAYOUTS[args.layout]) for file in args.files], args.layout)
    except HubError as error:
        sys.exit(str(error))
    for name, value in figures.items():
        print(f"{name:<18} {value}")
    if args.out:
        args.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def read_file(file: Path, layout: Layout) -> pl.DataFrame:
    """Read rows as stripped lower-case text, empty cells null, with id and entity. HubError: the file does not fit."""
    try:
        raw = pl.read_csv(file, infer_schema=False, encoding="utf8")
    except FileNotFoundError:
        raise HubError("there is no such file", where=str(file)) from None
    except pl.exceptions.NoDataError:
        raise HubError("the file is empty", where=str(file)) from None
    except (pl.exceptions.PolarsError, OSError) as error:
        raise HubError(f"not a CSV file in UTF-8 ({type(error).__name__})", where=str(file)) from None
    raw = raw.rename({name: name.strip() for name in raw.columns})
    wanted = dict.fromkeys((layout.key, layout.truth, *layout.columns))
    if missing := [name for name in wanted if name not in raw.columns]:
        raise HubError(f"the header lacks {', '.join(missing)}", where=str(file), remedy="choose the file's --layout")
    if not raw.height:
        raise HubError("the file has a header and no rows", where=str(file))
    cells = [pl.col(name).str.strip_chars().str.to_lowercase().replace("", None) for name in layout.columns]
    key, entity = (
        pl.col(layout.key).str.strip_chars(),
        pl.col(layout.truth).str.strip_chars().str.extract(layout.entity, 1),
    )
    rows = raw.select(*cells, key.alias("id"), entity.alias("entity"))
    if rows["entity"].null_count() or rows["id"].null_count():
        raise HubError(
            f"a row's {layout.truth} does not say who it is", where=str(file), remedy=f"expected {layout.entity}"
        )
    if rows["id"].is_duplicated().any():
        raise HubError(f"two rows have one {layout.key}", where=str(file))
    return rows


def measure(files: list[pl.DataFrame], layout: str) -> dict[str, object]:
    """Train, score, cluster, and count pairs."""
    connection, started = duckdb.connect(), time.perf_counter()
    tables = [f"file_{n}" for n in range(len(files))]
    for table, rows in zip(tables, files, strict=True):
        connection.register(table, rows.drop("entity").with_columns(pl.lit(table).alias("source")))
    model = load_model(layout).model_copy(update={"link_type": "link_only" if len(files) > 1 else "dedupe_only"})
    model = train(connection, model, tables, SEED)
    score(connection, model, tables, "pair", at_least=model.auto)
    left, right = (f"concat({side}_source, ' ', {side}_id)" for side in ("left", "right"))
    found = connection.sql(f'select {left} as "left", {right} as "right" from pair').pl()
    cluster = merged_clusters(found.iter_rows())
    seconds = round(time.perf_counter() - started, 2)
    entities = pl.concat(
        rows.select(
            pl.concat_str(pl.lit(table), "id", separator=" ").alias("row"), "entity", pl.lit(table).alias("file")
        )
        for table, rows in zip(tables, files, strict=True)
    )
    known = entities.with_columns(pl.col("row").replace(cluster).alias("cluster"))
    true = pairs_within(known, "entity")
    scored = found.join(entities, left_on="left", right_on="row").join(entities, left_on="right", right_on="row")
    right_ones = scored.filter(pl.col("entity") == pl.col("entity_right")).height
    clustered, both = pairs_within(known, "cluster"), pairs_within(known, "cluster", "entity")
    return {
        "rows": sum(rows.height for rows in files),
        "true pairs": true,
        "pairs": clustered,
        **rates(both, clustered, true),
        "seconds": seconds,
        "counted": "pairwise after clustering",
        "threshold": model.auto,
        **{
            f"scored {name}": value
            for name, value in {"pairs": found.height, **rates(right_ones, found.height, true)}.items()
        },
    }


def pairs_within(rows: pl.DataFrame, *groups: str) -> int:
    """The number of pairs of rows that agree in the groups; of two files, those across."""
    sizes = rows.group_by(*groups, "file").len().group_by(groups).agg(pl.col("len"))
    one_file = rows["file"].n_unique() == 1
    return sum(n[0] * (n[0] - 1) // 2 if one_file else n[0] * n[1] if len(n) == 2 else 0 for n in sizes["len"])


def rates(right: int, found: int, true: int) -> dict[str, float]:
    precision, recall = right / found if found else 1.0, right / true if true else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


if __name__ == "__main__":
    main()
