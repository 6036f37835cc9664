"""How a correction request (更正请求) goes on: its states, and who may take it from which to which. Pure.

sent → accepted | refused by the office → closed where the correction came, or a lead ends it → reopened where the old value
comes back, or a lead insists. Not here: writing events down (requests.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from contracts.errors import AccessError
from warehouse.casebook.append_only import Conflict

State = Literal["sent", "accepted", "refused", "closed", "reopened"]
Actor = Literal["office", "lead", "hub"]

STATES: Final[tuple[State, ...]] = get_args(State)
RUNNING: Final[tuple[State, ...]] = ("sent", "accepted", "reopened")  # the office's clock runs
UNSETTLED: Final[tuple[State, ...]] = (*RUNNING, "refused")
STEPS: Final[Mapping[Actor, Mapping[State, tuple[State, ...]]]] = {
    # by actor: the state she may bring about, and from which
    "office": {"accepted": ("sent", "reopened"), "refused": ("sent", "reopened", "accepted")},
    "lead": {"closed": UNSETTLED, "reopened": ("refused", "closed")},
    "hub": {"closed": UNSETTLED, "reopened": ("closed",)},
}
REMEDIES: Final[Mapping[State, str]] = {
    "sent": "the office answers it first: accepted or refused",
    "accepted": "it closes by itself with the delivery that brings the corrected row; the office may still refuse it",
    "refused": "a lead closes it, or reopens it",
    "closed": "where it was closed wrongly, a lead reopens it",
    "reopened": "the office answers it again: accepted or refused",
}


def require_step(actor: Actor, before: State, after: State) -> None:
    """AccessError for what this actor never does, Conflict for what cannot be done from the state `before`."""
    if after not in STEPS[actor]:
        raise AccessError(
            f"{after} is not for the {actor} to say", remedy=f"the {actor} says {' or '.join(STEPS[actor])}"
        )
    if before == after:
        raise Conflict(f"the request is {before} already", remedy=REMEDIES[before])
    if before not in STEPS[actor][after]:
        raise Conflict(f"a request that is {before} cannot become {after}", remedy=REMEDIES[before])
