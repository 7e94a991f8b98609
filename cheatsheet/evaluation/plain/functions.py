"""Functions of numbers applied to every entry; floating point gives inf and nan where Python would raise."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from cheatsheet.evaluation.plain.arrays import SmallArray, common, elementwise, greater, kind, less


def _guarded(function: Callable[..., Any]) -> Callable[..., float]:
    """A function with nan outside its domain and an infinity where it is too large."""

    def apply(*arguments: Any) -> float:
        try:
            return float(function(*arguments))
        except ValueError:
            return -math.inf if function is math.log and arguments[0] == 0 else math.nan
        except OverflowError:
            return math.copysign(math.inf, arguments[0] if function is math.sinh else 1)

    return apply


def _raised(a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int) and b >= 0:
        return a**b
    try:
        return math.pow(a, b)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.inf if a == 0 else math.nan


def _heaviside(a: float, at_zero: float) -> float:
    return a if a != a else at_zero if a == 0 else float(a > 0)


def _logaddexp(a: float, b: float) -> float:
    top = max(a, b)
    return top + math.log(math.exp(a - top) + math.exp(b - top)) if math.isfinite(top) else a + b


absolute = elementwise(abs)
maximum, minimum = elementwise(greater), elementwise(less)
power = elementwise(_raised)
logaddexp = elementwise(_guarded(_logaddexp), float)
heaviside = elementwise(_heaviside, float)
isfinite = elementwise(lambda v: math.isfinite(v), bool)
sign = elementwise(lambda v: (v > 0) - (v < 0))
rint = elementwise(lambda v: float(round(v)) if math.isfinite(v) else v)
clip = elementwise(lambda v, low, high: min(max(v, low), high))
exp, log, sqrt = (elementwise(_guarded(f), float) for f in (math.exp, math.log, math.sqrt))
sin, cos, tan = (elementwise(_guarded(f), float) for f in (math.sin, math.cos, math.tan))
sinh, cosh, tanh = (elementwise(_guarded(f), float) for f in (math.sinh, math.cosh, math.tanh))
arcsin, arccos, arctan = (elementwise(_guarded(f), float) for f in (math.asin, math.acos, math.atan))
_chosen = elementwise(lambda condition, a, b: a if condition else b)


def vectorize(function: Callable[..., Any], otypes: Sequence[Any] = (object,)) -> Callable[..., Any]:
    return elementwise(function, otypes[0])


def where(condition: SmallArray, a: Any, b: Any) -> SmallArray:
    """The entry of ``a`` where the condition holds, else that of ``b``."""
    found: SmallArray = _chosen(condition, a, b)
    found.dtype = common(*(v.dtype if isinstance(v, SmallArray) else kind(v) for v in (a, b)))
    return found
