"""The manual names every endpoint, and none that is not there."""

import re
from pathlib import Path

from fastapi.testclient import TestClient

MANUAL = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_manual_names_every_endpoint(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    served = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    named = set(re.findall(r"^\| `([A-Z]+ /\S*)` \|", MANUAL.read_text(encoding="utf-8"), re.M))
    assert named == served
