"""Runs Splink 5 as in its guide on the rows of `consolidation.py` (residents against tickets), for comparison.

It gets the dwellings that the hub's parser found, and no phone on more than 300 tickets, with which blocking would not end.
Three comparisons, u by sampling, m by EM twice, prediction from 0.9; it spills to disk as the hub does.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.one_consolidation import peak_mb
from contracts.load import load_catalog
from contracts.quoting import quote_text
from warehouse.lake.lake import Lake
from warehouse.settings import Settings

CROWD = 300


def main() -> None:
    settings = Settings(home=Path(sys.argv[1]))
    catalog, lake = load_catalog(), Lake(settings)
    files = {t.name: str(lake.accepted_path(lake.in_force(t)[-1])) for t in catalog.sources() if lake.in_force(t)}
    parsed = next(settings.cache.glob("address-*/spelling.parquet"))
    logging.getLogger("splink").setLevel(logging.ERROR)
    spill = {"memory_limit": sys.argv[2], "temp_directory": str(settings.home / "spill")}
    connection = duckdb.connect(config={**spill, "preserve_insertion_order": False})
    started = time.perf_counter()
    connection.execute(f"""
        create table home as select address, standard_address as home from read_parquet({quote_text(parsed)})
        where standard_address is not null""")
    connection.execute(f"""
        create table resident as
        select r.record_no as unique_id, r.name, r.phone_token as phone, h.home
        from read_parquet({quote_text(files["resident"])}) r
        left join home h on h.address = coalesce(r.living_address, r.hukou_address)""")
    connection.execute(f"""
        create table ticket as
        select t.ticket_no as unique_id, t.requester_name as name, h.home,
               case when count(*) over (partition by t.requester_phone_token) <= {CROWD} then t.requester_phone_token end as phone
        from read_parquet({quote_text(files["hotline"])}) t left join home h on h.address = t.address""")
    api = DuckDBAPI(connection=connection)
    rules = [block_on("phone"), block_on("home")]
    model = SettingsCreator(
        link_type="link_only",
        comparisons=[cl.JaroWinklerAtThresholds("name", [0.9]), cl.ExactMatch("phone"), cl.ExactMatch("home")],
        blocking_rules_to_generate_predictions=rules,
    )
    tables = [api.register(name, table_name=name) for name in ("resident", "ticket")]
    linker = Linker(tables, model, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=10_000_000, seed=1)
    for rule in rules:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=0.9)
    count = connection.execute(f"select count(*) from {pairs.physical_name}").fetchall()[0][0]
    seconds = round(time.perf_counter() - started, 2)
    print(json.dumps({"seconds": seconds, "parts": {}, "peak_mb": peak_mb(), "pairs": count}))


if __name__ == "__main__":
    main()
