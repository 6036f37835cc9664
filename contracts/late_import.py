"""Modules that are imported when they are first used: Great Expectations imports SciPy's statistics and Altair for
expectations and pictures that hardly any contract asks for, which is a third of its start.

Not importlib's LazyLoader: the import system itself looks at a module's `__spec__`, which already loads that one.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands in for a module until somebody asks it for something."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def import_late(*names: str) -> None:
    """From now on `import name` costs nothing until the module is used. One that is imported already stays."""
    for name in names:
        if name not in sys.modules and importlib.util.find_spec(name):
            sys.modules[name] = _Later(name)
            parent, _, child = name.rpartition(".")
            if parent:
                setattr(sys.modules[parent], child, sys.modules[name])
