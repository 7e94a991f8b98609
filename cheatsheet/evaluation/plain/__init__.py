"""Arrays for where there is no NumPy, as in a browser: the part of its interface that the evaluation asks for.

Integers have no bound, and the types of entries are Python's own. Nothing is a view: whoever changes an array changes
that array alone. All of it is for small arrays; a loop costs what Python's loops cost.
"""

import math
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from cheatsheet.evaluation.plain import linalg as linalg
from cheatsheet.evaluation.plain import random as random
from cheatsheet.evaluation.plain.arrays import SmallArray as SmallArray
from cheatsheet.evaluation.plain.functions import *  # noqa: F403
from cheatsheet.evaluation.plain.functions import absolute
from cheatsheet.evaluation.plain.making import *  # noqa: F403
from cheatsheet.evaluation.plain.places import broadcast_shapes as broadcast_shapes

abs = absolute
ndarray = SmallArray
newaxis = None
integer = int64 = int
float64 = float
pi = math.pi


def sum(a: SmallArray, axis: Any = None) -> Any:
    """The sum of the entries, along some axes or all of them."""
    return a.sum(axis=axis)


def errstate(**how: str) -> AbstractContextManager[None]:
    """What Python would complain of is answered by inf and nan already."""
    return nullcontext()
