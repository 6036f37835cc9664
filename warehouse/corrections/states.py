"""The states of a correction request (更正请求), and who may take it from which state to which. Pure.

sent → accepted | refused by the office → closed when the correction arrives or a lead ends it → reopened when the old value
comes back or a lead insists. Not here: writing events (requests.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from contracts.errors import AccessError
from warehouse.casebook.append_only import Conflict

State = Literal["sent", "accepted", "refused", "closed", "reopened"]
Actor = Literal["office", "lead", "hub"]

STATES: Final[tuple[State, ...]] = get_args(State)
CLOCK_STATES: Final[tuple[State, ...]] = ("sent", "accepted", "reopened")  # in which the office's clock runs
OPEN_STATES: Final[tuple[State, ...]] = (*CLOCK_STATES, "refused")
STEPS: Final[Mapping[Actor, Mapping[State, tuple[State, ...]]]] = {
    # by actor: the new state, and the states it may follow
    "office": {"accepted": ("sent", "reopened"), "refused": ("sent", "reopened", "accepted")},
    "lead": {"closed": OPEN_STATES, "reopened": ("refused", "closed")},
    "hub": {"closed": OPEN_STATES, "reopened": ("closed",)},
}
REMEDIES: Final[Mapping[State, str]] = {
    "sent": "the office answers it first: accepted or refused",
    "accepted": "it closes by itself with the delivery that brings the corrected row; the office may still refuse it",
    "refused": "a lead closes it, or reopens it",
    "closed": "where it was closed wrongly, a lead reopens it",
    "reopened": "the office answers it again: accepted or refused",
}


def require_step(actor: Actor, before: State, after: State) -> None:
    """Raise AccessError for a step that this actor may never take, Conflict for one not possible from `before`."""
    if after not in STEPS[actor]:
        raise AccessError(
            f"{after} is not for the {actor} to say", remedy=f"the {actor} says {' or '.join(STEPS[actor])}"
        )
    if before == after:
        raise Conflict(f"the request is {before} already", remedy=REMEDIES[before])
    if before not in STEPS[actor][after]:
        raise Conflict(f"a request that is {before} cannot become {after}", remedy=REMEDIES[before])
