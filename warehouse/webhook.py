"""Posts a message to the operator's webhook (setting `alert_url`), without personal data and without raising.

A relay must convert it to the form of a chat service. Not here: when a message is sent, and its text.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from warehouse.settings import Settings

TIMEOUT: Final = 10.0
log = logging.getLogger("hub.alert")


def post_event(settings: Settings, event: str, members: Mapping[str, object]) -> bool:
    """Post JSON with `event`, `at` (UTC) and the members; False if there is no webhook or it fails, which is only logged."""
    import httpx2  # late: most deployments have no webhook

    if not settings.alert_url:
        return False
    body = {"event": event, **members, "at": datetime.now(UTC).isoformat()}
    try:
        httpx2.post(settings.alert_url, json=body, timeout=TIMEOUT).raise_for_status()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        log.warning("the alert webhook did not take the message: %s", type(error).__name__)
        return False
    return True
