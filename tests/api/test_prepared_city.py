"""Prepared home files of a whole simulated community against the release read row by row, for every role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from api.responses.home_file import dwelling_file, household_file
from api.responses.prepared_home import prepared_dwelling_file, prepared_household_file
from api.state import AppState, open_state
from api.view import View
from demo.users import demo_users
from tests.conftest import Night
from warehouse.access.masking import LEAD_ROLES
from warehouse.access.policy import User
from warehouse.cross_check.live_status import LiveFindings
from warehouse.releases.layout import HOME_FILES
from warehouse.releases.publish import show

pytestmark = [pytest.mark.slow, pytest.mark.long]
HOMES = 2000  # of each kind of user
ROLES = ("grid_worker", "grid_lead", "district_supervisor", "analyst", "auditor")


@pytest.fixture(scope="module")
def state(night: Night) -> Iterator[AppState]:
    opened = open_state(night.settings)
    with opened.casebook:
        yield opened


@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_the_same_bytes_from_the_prepared_file(night: Night, state: AppState, role: str) -> None:
    account = next(user for user in demo_users(night.settings.home) if user.role == role)
    user, release = User(account.username, account.role, tuple(account.areas)), state.reader.current()
    view = View(state.gate(user, release), release, state.snapshot_for(release).code_lists)
    index, for_leads = state.resolution_index, role in LEAD_ROLES
    live_findings = LiveFindings(index, release, view.unmasked, state.casebook, for_leads=for_leads)
    templates = state.home_templates(view, release)
    ways = {
        "household": (prepared_household_file, household_file),
        "dwelling": (prepared_dwelling_file, dwelling_file),
    }
    outcomes = Counter[str]()
    for kind, (prepared_file, rowwise_file) in ways.items():
        ids = sorted(row[f"{kind}_id"] for row in view.rows(kind, columns=(f"{kind}_id",)))
        for id_ in Random(role).sample(ids, min(HOMES // 2, len(ids))):
            prepared = prepared_file(view, templates, id_, live_findings)
            outcomes["prepared" if prepared else "row by row"] += 1
            if prepared:
                rowwise = rowwise_file(view, id_, live_findings).model_dump_json()
                assert prepared.content == rowwise.encode(), f"{kind} {id_} differs"
    assert outcomes["prepared"] > 0.99 * outcomes.total()


def test_the_manifest_has_the_file_and_its_cost(night: Night) -> None:
    manifest = show(night.settings, night.release_id)
    assert HOME_FILES in manifest.files
    assert "prepare" in manifest.seconds
