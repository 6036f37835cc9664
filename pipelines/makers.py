"""Which relations of the city database code makes, beside `warehouse/models/*.sql`. A new one is one line here."""

from __future__ import annotations

from typing import Final

from pipelines.places.outlines import PLACES
from warehouse.made import Makers

MAKERS: Final[Makers] = {**PLACES}
