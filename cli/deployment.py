"""The deployment a command works on: its settings, the release it serves, and the account at the terminal."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from warehouse.casebook.casebook import Casebook
    from warehouse.login.logins import Logins
    from warehouse.releases.reader import OpenRelease
    from warehouse.settings import Settings


def load_settings(**options: Any) -> Settings:
    """Settings from the environment; `options` of the command line that are not None take precedence.

    HubError, naming the variable, if a value is invalid.
    """
    from pydantic import ValidationError

    from contracts.errors import HubError
    from warehouse.settings import Settings

    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = f"HUB_{'_'.join(map(str, first['loc'])).upper()}"
        raise HubError(
            f"{first['msg'][0].lower()}{first['msg'][1:]}", where=name, remedy="see docs/settings.md"
        ) from None


def open_casebook() -> Casebook:
    """The deployment's casebook; `with` closes it."""
    from warehouse.casebook.casebook import open_casebook

    return open_casebook(load_settings())


def open_logins() -> AbstractContextManager[tuple[Casebook, Logins]]:
    """The deployment's casebook, and logging in to it; `with` closes it."""
    from warehouse.login.logins import open_logins

    return open_logins(load_settings())


def served_release() -> OpenRelease:
    """The current release, open. ReleaseError if there is none."""
    from warehouse.releases.reader import ReleaseReader

    return ReleaseReader(load_settings()).current()


def operator_name() -> str:
    """The name of the account the process runs under, which no environment variable can change; its number if it has none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
