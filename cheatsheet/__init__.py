"""A bilingual matrix-calculus reference in which every identity is verified and derived.

>>> import cheatsheet
>>> catalogue = cheatsheet.load()
>>> catalogue["quadratic-form"].name["zh"]
'二次型'
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cheatsheet.api import derive, load
    from cheatsheet.language.errors import CatalogueError
    from cheatsheet.language.syntax import ClaimError

DEEPEST_CALLS = 6000
"""Long sums are deep trees, and folds over them deep calls. Set here, and nowhere else: whatever module is imported, by
whomever, this one is imported first, so that no verdict depends on who asked."""
sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEPEST_CALLS))

__version__ = "0.1.0"
__all__ = ["CatalogueError", "ClaimError", "__version__", "derive", "load"]

_HOMES = {
    "CatalogueError": "cheatsheet.language.errors",
    "ClaimError": "cheatsheet.language.syntax",
    "derive": "cheatsheet.api",
    "load": "cheatsheet.api",
}


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first used, so that importing the package costs next to nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cheatsheet' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
