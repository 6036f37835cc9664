"""The deployment a command works on: its settings, the release it serves, and who is at the terminal."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.casebook.casebook import Casebook
    from warehouse.releases.reader import OpenRelease
    from warehouse.settings import Settings


def settings(**given: Any) -> Settings:
    """Settings from the environment; what was `given` on the command line and is not None goes before it."""
    from pydantic import ValidationError

    from contracts.errors import HubError
    from warehouse.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = f"HUB_{'_'.join(map(str, first['loc'])).upper()}"
        raise HubError(
            f"{first['msg'][0].lower()}{first['msg'][1:]}", where=name, remedy="see docs/settings.md"
        ) from None


def open_casebook() -> Casebook:
    """The deployment's casebook; `with` closes it."""
    from warehouse.casebook.casebook import open_casebook

    return open_casebook(settings())


def served_release() -> OpenRelease:
    """The current release, open. ReleaseError if there is none."""
    from warehouse.releases.reader import ReleaseReader

    return ReleaseReader(settings()).current()


def operator() -> str:
    """Who is at this terminal: the account of the process, which no variable can change."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
