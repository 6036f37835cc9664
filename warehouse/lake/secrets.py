"""Secrets by reference: a contract names `secret: NAME`, whose content is the file `$HUB_HOME/secrets/NAME`.

Only the file's owner may read it (0600, in a folder 0700). No message ever holds a secret.
Not here: the hub's own keys (`tokens.py`), users' passwords (`casebook/passwords.py`).
"""

from __future__ import annotations

from contracts.errors import HubError
from warehouse.settings import Settings


def read_secret(settings: Settings, name: str) -> str:
    """The secret without the line's end. HubError if it is missing, empty, no text, or open to others."""
    path = settings.secrets / name
    if not path.is_file():
        raise HubError(
            f"there is no secret {name}", where=str(path), remedy="write it into this file, 0600 in a folder 0700"
        )
    if problems := open_secrets(settings, name):
        raise problems[0]
    try:
        text = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise HubError(f"the secret {name} is empty or no text", where=str(path), remedy="write it again")
    return text


def open_secrets(settings: Settings, name: str = "*") -> list[HubError]:
    """A problem with its remedy for the folder and for each secret called `name` (a glob) that others may read."""
    if not settings.secrets.exists():
        return []
    places = [(settings.secrets, 0o700), *((path, 0o600) for path in sorted(settings.secrets.glob(name)))]
    return [
        HubError("others may read this", where=str(path), remedy=f"chmod {allowed:o} {path}")
        for path, allowed in places
        if path.stat().st_mode & 0o777 & ~allowed
    ]
