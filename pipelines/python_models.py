"""Registers the city database's Python models, besides `warehouse/models/*.sql`. A new one is one line here."""

from __future__ import annotations

from typing import Final

from pipelines.address.parsed_addresses import ADDRESS_PARSED
from pipelines.linkage.decisions import make_person_decision
from pipelines.linkage.name_table import NAME_FEATURE
from pipelines.linkage.person_ids import PERSON_IDS
from pipelines.linkage.scored_pairs import make_linkage_bound, make_scored_pair
from pipelines.places.outlines import PLACES
from warehouse.build.person_current_id import PERSON_CURRENT_ID
from warehouse.build.python_model import PythonModel, PythonModels

PYTHON_MODELS: Final[PythonModels] = {
    **PLACES,
    "address_parsed": ADDRESS_PARSED,
    "name_feature": NAME_FEATURE,
    "person_decision": PythonModel(make_person_decision),
    "linkage_bound": PythonModel(make_linkage_bound),
    "scored_pair": PythonModel(make_scored_pair, frozenset({"known_person", "row_without_id_no"})),
    "linkage_pattern": PythonModel(
        lambda connection, settings: None, frozenset({"scored_pair"})
    ),  # created by scored_pair
    **PERSON_IDS,
    "person_current_id": PERSON_CURRENT_ID,
}
