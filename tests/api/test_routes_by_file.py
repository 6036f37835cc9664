"""A new endpoint is one file: dropped into a copy of the package it is served, with no other edit."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import api

pytestmark = pytest.mark.slow

ROUTE = '''"""Says hello."""
from fastapi import APIRouter
from api.dependencies import ViewDep
router = APIRouter()
@router.get("/v1/hello")
def hello(view: ViewDep) -> dict[str, str]:
    return {"release": view.release_id}
'''
TRY = """
import sys
from pathlib import Path
from fastapi.testclient import TestClient
from api.app import create_app
from warehouse.settings import Settings
client = TestClient(create_app(Settings(home=Path(sys.argv[1]))))
print(client.get("/v1/hello").status_code, "/v1/hello" in client.get("/openapi.json").json()["paths"])
"""


def test_a_dropped_route_file_is_served(tmp_path: Path) -> None:
    root = Path(api.__path__[0]).parent
    for package in ("api", "contracts", "warehouse"):
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "api/routes/hello.py").write_text(ROUTE, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", TRY, str(tmp_path / "home")], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.stdout.split() == ["401", "True"], run.stderr
