"""Which relations of the city database code makes, beside `warehouse/models/*.sql`. A new one is one line here."""

from __future__ import annotations

from typing import Final

from pipelines.address.made import ADDRESS_PARSED
from warehouse.made import Makers

MAKERS: Final[Makers] = {"address_parsed": ADDRESS_PARSED}
