"""The `hub` command as tests run it: in this process, or as one of its own (`HUB`, in the folder `ROOT`)."""

from __future__ import annotations

import sys
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from cli.main import app

ROOT = Path(__file__).parents[2]
HUB = [sys.executable, "-c", "from cli.main import run; run()"]


def hub(home: Path, *arguments: str, stdin: str | None = None, **environment: str) -> Result:
    return CliRunner().invoke(app, arguments, input=stdin, env={"HUB_HOME": str(home), **environment})
