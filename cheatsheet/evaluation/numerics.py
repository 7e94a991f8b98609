"""``np``: NumPy, or where it is not installed (as in a browser) the few arrays of our own that stand in for it.

Whoever evaluates imports ``np`` from here, never NumPy itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["IS_NUMPY", "np"]

if TYPE_CHECKING:
    import numpy as np

    IS_NUMPY: bool
else:
    try:
        import numpy as np

        IS_NUMPY = True
    except ModuleNotFoundError:
        from cheatsheet.evaluation import plain as np

        IS_NUMPY = False
