"""What the parser asks of a human decision about addresses. Who decides, and where it is kept: `warehouse/address_decisions.py`."""

from __future__ import annotations

from typing import Protocol


class Decision(Protocol):
    """An accepted alias of an estate (`kind` alias), or the home of a whole spelling (`kind` spelling)."""

    @property
    def kind(self) -> str: ...
    @property
    def written(self) -> str: ...
    @property
    def community_code(self) -> str | None: ...
    @property
    def estate(self) -> str | None: ...
    @property
    def standard_address(self) -> str | None: ...
