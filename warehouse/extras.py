"""Libraries that only some deployments need: extras of the installation, asked for where they are first used.

The names are those of `[project.optional-dependencies]` in pyproject.toml; each has a lock of its own. Not here: the
imports, which stand late in the modules that use a library.
"""

from __future__ import annotations

from importlib.util import find_spec

from contracts.errors import HubError
from contracts.model import Catalog
from warehouse.settings import Settings

LIBRARIES = {"postgres": "psycopg", "s3": "s3fs", "sql": "connectorx", "webserver": "dagster_webserver"}
POSTGRES_URLS = ("postgresql://", "postgresql+psycopg://")
S3_URLS = ("s3://", "s3a://")


def is_installed(extra: str) -> bool:
    """Whether the extra's library could be imported; it is not."""
    return find_spec(LIBRARIES[extra]) is not None


def require(extra: str, what: str) -> None:
    """HubError where the extra that `what` needs is not installed."""
    if not is_installed(extra):
        raise HubError(f"{what} needs the extra `{extra}`, which is not installed", remedy=remedy([extra]))


def remedy(extras: list[str]) -> str:
    """What to do about extras that are not installed."""
    return f"run `make setup EXTRAS={','.join(extras)}`"


def required(settings: Settings, catalog: Catalog) -> dict[str, str]:
    """Every extra that a setting or a contract asks for, with the names of the settings or contracts."""
    queries = [table.name for table in catalog.sources() if table.pull and table.pull.kind == "query"]
    asking = {
        "postgres": "HUB_CASEBOOK_URL" if settings.casebook_url.startswith(POSTGRES_URLS) else "",
        "s3": "HUB_LANDING_URL" if settings.landing_url.startswith(S3_URLS) else "",
        "sql": ", ".join(queries),
    }
    return {extra: names for extra, names in asking.items() if names}
