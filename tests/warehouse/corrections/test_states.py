"""A request's states: which steps there are, who takes them, and that no path leads out of them."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.code_lists import load_code_lists
from contracts.errors import AccessError
from warehouse.casebook.append_only import Conflict
from warehouse.corrections.states import CLOCK_STATES, OPEN_STATES, REMEDIES, STATES, Actor, State, require_step

STEP = st.tuples(st.sampled_from(get_args(Actor)), st.sampled_from(STATES))


@pytest.mark.parametrize(
    ("actor", "before", "possible"),
    [
        ("office", "sent", {"accepted", "refused"}),
        ("office", "accepted", {"refused"}),
        ("office", "refused", set()),
        ("office", "closed", set()),
        ("office", "reopened", {"accepted", "refused"}),
        ("lead", "sent", {"closed"}),
        ("lead", "accepted", {"closed"}),
        ("lead", "refused", {"closed", "reopened"}),
        ("lead", "closed", {"reopened"}),
        ("lead", "reopened", {"closed"}),
        ("hub", "refused", {"closed"}),
        ("hub", "closed", {"reopened"}),
    ],
)
def test_steps_of_each_actor(actor: Actor, before: State, possible: set[str]) -> None:
    for after in STATES:
        if after in possible:
            require_step(actor, before, after)
        else:
            with pytest.raises((AccessError, Conflict)) as told:
                require_step(actor, before, after)
            assert told.value.remedy


@given(st.lists(STEP, max_size=30))
def test_however_they_act_a_request_is_answered_ended_and_begun_again_in_turn(
    steps: list[tuple[Actor, State]],
) -> None:
    path: list[State] = ["sent"]
    for actor, after in steps:
        try:
            require_step(actor, path[-1], after)
        except (AccessError, Conflict):
            continue
        path.append(after)
    assert path.count("sent") == 1
    for before, after in pairwise(path):
        assert before != after
        assert after != "reopened" or before in ("refused", "closed")
        assert after != "accepted" or before in ("sent", "reopened")
        assert before != "closed" or after == "reopened"


def test_the_code_list_knows_the_states_and_each_has_a_remedy() -> None:
    assert tuple(load_code_lists()["correction_state"].labels) == STATES
    assert REMEDIES.keys() == set(STATES)
    assert set(CLOCK_STATES) < set(OPEN_STATES) == set(STATES) - {"closed"}
