"""Imports modules when they are first used: Great Expectations imports SciPy's statistics and Altair for expectations and
pictures that few contracts need, which takes a third of its start.

Not importlib's LazyLoader: the import system itself reads a module's `__spec__`, which already loads a lazy module.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any


class _LateModule(ModuleType):
    """A placeholder that imports its module when an attribute is first read."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def import_late(*names: str) -> None:
    """Defer `import name` until the module is used; a module that is imported already stays as it is."""
    for name in names:
        if name not in sys.modules and importlib.util.find_spec(name):
            sys.modules[name] = _LateModule(name)
            parent, _, child = name.rpartition(".")
            if parent:
                setattr(sys.modules[parent], child, sys.modules[name])
