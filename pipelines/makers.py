"""Which relations of the city database code makes, beside `warehouse/models/*.sql`. A new one is one line here."""

from __future__ import annotations

from typing import Final

from pipelines.address.made import ADDRESS_PARSED
from pipelines.doorstep import DOOR_SAID
from pipelines.linkage.decided import make_person_said
from pipelines.linkage.identity import make_natural_cluster, make_person_change
from pipelines.linkage.named import make_name_feature
from pipelines.linkage.pairs import make_linkage_bound, make_scored_pair
from pipelines.places.outlines import PLACES
from warehouse.made import Made, Makers

NAMED: Final = frozenset({"source.resident", "source.property", "source.hotline"})
MAKERS: Final[Makers] = {
    **PLACES,
    "address_parsed": ADDRESS_PARSED,
    "name_feature": Made(make_name_feature, NAMED),
    "person_said": Made(make_person_said),
    "linkage_bound": Made(make_linkage_bound),
    "scored_pair": Made(make_scored_pair, frozenset({"known_person", "unnumbered_row"})),
    "linkage_pattern": Made(lambda connection, settings: None, frozenset({"scored_pair"})),  # left by scored_pair
    "natural_cluster": Made(make_natural_cluster, frozenset({"row_person", "natural_id", "seed_link", "person_said"})),
    "person_change": Made(make_person_change, frozenset({"natural_cluster", "row_person"})),
    "door_said": DOOR_SAID,
}
