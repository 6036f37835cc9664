"""A client generated from /openapi.json reads the file of a household: every column by its name and type, nothing by hand.

openapi-python-client holds other versions of our packages back, so it may have an environment of its own: it is found as a
command, and the client runs in the command's environment.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from tests.api.city import PASSWORD, key
from tests.api.serving import serving
from warehouse.settings import Settings

NAME = "openapi-python-client"
COMMAND = shutil.which(NAME) or shutil.which(NAME, path=str(Path(sys.executable).parent))
NO_HOOKS = "post_hooks: []\n"  # nothing to format what is read once
READER = """
import json, sys
from hub_client import AuthenticatedClient, Client
from hub_client.api.dwellings import dwelling
from hub_client.api.households import household
from hub_client.api.session import login
from hub_client.api.tables import table_rows
from hub_client.models import LoginIn, TableRowsFilters

url, password, own, other, home = sys.argv[1:]
session = login.sync(client=Client(base_url=url), body=LoginIn(username="worker", password=password))
hub = AuthenticatedClient(base_url=url, token=session.access_token)
file = household.sync(own, client=hub)
head = file.members[0]
name = next(attribute for attribute in file.attributes if attribute.attribute == "name")
elsewhere = household.sync(other, client=hub)
past = dwelling.sync(home, client=hub, as_of="2026-11-01")
dead = TableRowsFilters.from_dict({"status": "cancelled"})
print(json.dumps({
    "types": [type(answer).__name__ for answer in (file, head, past, elsewhere)],
    "household": [file.household.household_no, file.household.member_count, file.dwelling.occupancy_label],
    "head": [head.name, head.sex_label, head.birth_date.year, head.lives_here, head.additional_properties],
    "values": [[value.source_label, value.shown] for value in name.values],
    "elsewhere": elsewhere.status,
    "past": [past.as_of.isoformat(), past.dwelling.estate],
    "dead": [person["name"] for person in table_rows.sync("person", client=hub, filters=dead).items],
}))
"""

pytestmark = pytest.mark.skipif(COMMAND is None, reason=f"{NAME} is not installed (it was tried with 0.29.1)")


@pytest.fixture(scope="module")
def generated(city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client as the package `hub_client`."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_text(json.dumps(create_app(city).openapi()), encoding="utf-8")
    (folder / "config.yaml").write_text(NO_HOOKS, encoding="utf-8")
    source = ("--path", "openapi.json", "--config", "config.yaml", "--meta", "none", "--output-path", "hub_client")
    run(folder, str(COMMAND), "generate", *source)
    return folder


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
def test_a_generated_client_reads_a_household_file(city: Settings, generated: Path) -> None:
    python = Path(str(COMMAND)).resolve().parent / "python"
    with serving(create_app(city)) as url:
        asked = (url, PASSWORD, key("h1"), key("h2"), key("d1"))
        found: dict[str, Any] = json.loads(run(generated, str(python), "-c", READER, *asked))
    assert found == {
        "types": ["HouseholdFile", "Member", "DwellingHistory", "Problem"],
        "household": ["h1", 2, "自住"],
        "head": ["王小明", "男性", 1980, True, {}],
        "values": [["人口登记", True], ["不动产登记", False]],
        "elsewhere": 404,
        "past": ["2026-11-01", "柳港园西院"],
        "dead": ["王老"],
    }
