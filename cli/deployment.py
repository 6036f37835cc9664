"""The deployment a command works on: its settings, as a person can correct them when they are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
