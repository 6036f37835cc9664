"""Extras of the installation: libraries that only some deployments need, required where they are first used.

The names are those of `[project.optional-dependencies]` in pyproject.toml; each has a lock of its own. Not here: the
imports, which are late imports in the modules that use a library.
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
    """True if the extra's library can be imported; this does not import it."""
    return find_spec(LIBRARIES[extra]) is not None


def require(extra: str, what: str) -> None:
    """Raise HubError if the extra that `what` needs is not installed."""
    if not is_installed(extra):
        raise HubError(f"{what} needs the extra `{extra}`, which is not installed", remedy=remedy([extra]))


def remedy(extras: list[str]) -> str:
    """The command that installs these extras."""
    return f"run `make setup EXTRAS={','.join(extras)}`"


def required_extras(settings: Settings, catalog: Catalog) -> dict[str, str]:
    """Every extra that a setting or a contract needs, with the names of the settings or contracts."""
    queries = [table.name for table in catalog.sources() if table.pull and table.pull.kind == "query"]
    asking = {
        "postgres": "HUB_CASEBOOK_URL" if settings.casebook_url.startswith(POSTGRES_URLS) else "",
        "s3": "HUB_LANDING_URL" if settings.landing_url.startswith(S3_URLS) else "",
        "sql": ", ".join(queries),
    }
    return {extra: names for extra, names in asking.items() if names}
