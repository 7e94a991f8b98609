"""A bilingual matrix-calculus reference in which every identity is verified and derived.

>>> import cheatsheet
>>> catalogue = cheatsheet.load()
>>> catalogue["quadratic-form"].name["zh"]
'二次型'
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cheatsheet.errors import CatalogueError
    from cheatsheet.load import load
    from cheatsheet.syntax import ClaimError

__version__ = "0.1.0"
__all__ = ["CatalogueError", "ClaimError", "__version__", "derive", "load"]

_HOMES = {
    "CatalogueError": "cheatsheet.errors",
    "ClaimError": "cheatsheet.syntax",
    "derive": "cheatsheet.derive",
    "load": "cheatsheet.load",
}


class _Package(ModuleType):
    """The package itself; ``cheatsheet.load`` is the function, also after the module of that name was imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _HOMES or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first used, so that importing the package costs next to nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cheatsheet' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
