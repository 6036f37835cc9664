"""`hub demo`: simulates a community, builds its first release, serves it, and prints three requests to try."""

from __future__ import annotations

import json
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import deployment
from cli.city import Residents, Seed, simulate
from cli.night import run as run_night
from cli.serve import Host, Port, require_free
from cli.serve import run as run_api

if TYPE_CHECKING:
    from demo.users import DemoUser
    from warehouse.settings import Settings

TUTORIAL = """
Paste this first; {user} is a grid worker:

  TOKEN=$(curl -s {url}/v1/login -H 'Content-Type: application/json' -d '{login}' | {python} -c 'import json,sys; print(json.load(sys.stdin)["access_token"])')

1. Search the households of her grid:
  curl -s {url}/v1/households/search -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{search}' | {python} -m json.tool --no-ensure-ascii

2. Look at one household, with what each office says about it:
  curl -s {url}/v1/households/{household} -H "Authorization: Bearer $TOKEN" | {python} -m json.tool --no-ensure-ascii

3. List where she should go today, and why; the same as a page for a phone is {url}/worklist:
  curl -s '{url}/v1/worklist?limit=2' -H "Authorization: Bearer $TOKEN" | {python} -m json.tool --no-ensure-ascii
"""  # noqa: E501  # a command that is pasted is one line
EXAMPLE_HOUSEHOLD = """
    select h.household_id, p.name
    from household h join person p on p.person_id = h.head_person_id
    where h.grid_code = ? and p.name is not null
    order by
        exists (select 1 from finding f where h.household_id = f.household_id) desc,
        exists (select 1 from finding f where h.dwelling_id = f.dwelling_id) desc,
        h.member_count desc, 1
    limit 1"""


def demo(
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Start the API at the end.")] = True,
    home: Annotated[Path | None, typer.Option(help="Folder for all state (setting HUB_HOME).")] = None,
    residents: Residents = 10_400,
    seed: Seed = 1402,
    host: Host = None,
    port: Port = None,
) -> None:
    """Simulate the community 柳港园, run a night on its files, and serve it."""
    settings = deployment.load_settings(home=home, host=host, port=port)
    if serve:
        require_free(settings)
    _require_no_city(settings)
    _simulate(settings, residents, seed)
    run_night(settings)
    users = _add_users(settings, seed)
    _print_tutorial(settings, users, serve)
    if serve:
        run_api(settings)


def _require_no_city(settings: Settings) -> None:
    """HubError if the home holds a real deployment, into which the demo would mix its files and users."""
    from contracts.errors import HubError

    if (settings.home / "truth").is_dir():
        return  # an earlier demo's own home
    delivered = any(folder.is_dir() and any(folder.iterdir()) for folder in (settings.landing, settings.archive))
    if delivered or _has_users(settings):
        raise HubError(
            "this home holds a deployment that is no demo", where=str(settings.home), remedy="give another --home"
        )


def _has_users(settings: Settings) -> bool:
    from warehouse.casebook.casebook import open_casebook

    if not (settings.casebook_url or (settings.home / "casebook.sqlite").exists()):
        return False
    with open_casebook(settings) as casebook:
        return bool(casebook.list_users())


def _simulate(settings: Settings, residents: int, seed: int) -> None:
    from warehouse.lake.tokens import ensure_keys

    started = time.perf_counter()
    ensure_keys(settings)
    city = simulate(settings.home, residents, seed)
    seconds = time.perf_counter() - started
    typer.echo(f"simulated {city.residents:,} residents in {city.households:,} households {seconds:.1f} s")


def _add_users(settings: Settings, seed: int) -> list[DemoUser]:
    """Adds the demo's users, writes `demo-users.json` and returns them; an existing account gets the printed password."""
    from demo.users import demo_users
    from warehouse.casebook.casebook import open_casebook
    from warehouse.files import atomic_file

    users = demo_users(settings.home, seed)
    with open_casebook(settings) as casebook:
        existing = {account.username for account in casebook.list_users()}
        for user in users:
            if user.username in existing:
                casebook.set_password(user.username, user.password)
            else:
                casebook.add_user(user.username, user.password, user.role, user.areas, user.sources)
    fields = ("username", "password", "role", "areas", "sources")
    content = json.dumps([{f: getattr(u, f) for f in fields} for u in users], ensure_ascii=False, indent=1)
    with atomic_file(settings.home / "demo-users.json") as path:
        path.touch(mode=0o600)
        path.write_text(content, encoding="utf-8")
    return users


def _print_tutorial(settings: Settings, users: list[DemoUser], serving: bool) -> None:
    worker = next(u for u in users if u.role == "grid_worker")
    household, name = _example(settings, worker.areas[0])
    url = f"http://{settings.host}:{settings.port}"
    typer.echo("\nuser            password          role                 areas or sources")
    for user in users:
        typer.echo(f"{user.username:<15} {user.password:<17} {user.role:<20} {' '.join(user.areas or user.sources)}")
    login = json.dumps({"username": worker.username, "password": worker.password})
    search = json.dumps({"q": name, "limit": 5}, ensure_ascii=False)
    typer.echo(
        TUTORIAL.format(
            user=worker.username,
            url=url,
            login=login,
            search=search,
            household=household,
            python=shlex.quote(sys.executable),
        )
    )
    start = f"HUB_HOME={settings.home} {sys.argv[0]} serve --host {settings.host} --port {settings.port}"
    typer.echo(f"{url}/ (stop with Ctrl-C)" if serving else f"Start the API first: {start}")


def _example(settings: Settings, grid: str) -> tuple[str, str]:
    """Id and head's name of a household in the grid, with a finding and many members if there is one."""
    import duckdb

    from warehouse.releases.publish import CITY, current_id

    path = settings.releases / str(current_id(settings)) / CITY
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(EXAMPLE_HOUSEHOLD, [grid]).fetchall()
    return found[0] if found else ("no-household-in-this-grid", "王")
