"""The public interface: ``load``, ``derive``, and the methods of convenience of what they return.

Expressions, catalogues and reports are plain data, which know nothing of what prints or verifies them. What a user asks
of them by a method is given to the classes here, at the edge, from where everything may be imported; an
``if TYPE_CHECKING`` in the classes tells type checkers the same. Each method imports what it needs when it is called:
loading is fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from cheatsheet.catalogue.entries import Catalogue, Claim, Entry
from cheatsheet.catalogue.load import load, read_given
from cheatsheet.catalogue.reports import ClaimReport, EntryReport, check_claims, check_entries
from cheatsheet.language.expressions import Expr, Symbol
from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.pages import notebook

if TYPE_CHECKING:
    from cheatsheet.derivatives.derivative import Derivative

__all__ = ["derive", "load"]
Method = TypeVar("Method", bound=Callable[..., Any])


def derive(
    expression: str,
    *,
    wrt: str,
    given: str | Mapping[str, Any] = "",
    layout: str = "numerator",
    lang: str = "both",
) -> Derivative:
    """Differentiate an expression by a symbol, its transpose, its ``vec`` or a component of it.

    ``given`` declares symbols as a catalogue does, ``"x: [n], A: [n, n]"`` or ``{"x": ["n"], "A": ["n", "n"]}``, or is
    a mapping to symbols; names that it leaves out are inferred from their use and then from their letter (lower case a
    to g and Greek names scalars, other lower case vectors, capitals matrices), which
    :attr:`~cheatsheet.derivatives.derivative.Derivative.read_as` tells. ``lang`` is the language of ``str()``.

    >>> found = derive("norm(A @ x - b) ** 2", wrt="x", given="b: [m]", layout="denominator")
    >>> found.result, found.verdict.status
    (2 * A.T @ (A @ x - b), 'proved')

    Raises :class:`~cheatsheet.language.syntax.ClaimError` where the input is not well-formed (its ``text`` says which
    of the two texts it is about) or has an operator without a rule,
    :class:`~cheatsheet.language.errors.CatalogueError` for ``given``.
    """
    from cheatsheet.derivatives import derivative

    return derivative.derive(expression, wrt=wrt, given=_symbols(given), layout=layout, lang=lang)


def _symbols(given: str | Mapping[str, Any]) -> Mapping[str, Symbol]:
    """The symbols of ``given``, in whichever form."""
    if not isinstance(given, str):
        if all(isinstance(symbol, Symbol) for symbol in given.values()):
            return given
        import json

        given = json.dumps(given)  # which is YAML
    return read_given(given)


# --- methods of convenience -------------------------------------------------------------------------------------------


def _method(owner: type, name: str) -> Callable[[Method], Method]:
    """Gives a function to a class as its method of this name."""

    def give(function: Method) -> Method:
        function.__name__, function.__qualname__ = name, f"{owner.__qualname__}.{name}"
        setattr(owner, name, function)
        return function

    return give


@_method(Expr, "numpy_source")
def _numpy_source(self: Expr) -> str:
    """NumPy source in the names of the symbols; see :func:`cheatsheet.printing.arrays.code_for`."""
    from cheatsheet.printing.arrays import code_for

    return code_for(self)


@_method(Expr, "to_sympy")
def _to_sympy(
    self: Expr, dims: Mapping[str, int] | None = None, values: Mapping[str, Any] | None = None
) -> Any:
    """The expression in SymPy, entry by entry if ``dims`` are given; see ``printing.sympy_expression``."""
    from cheatsheet.printing.sympy_expression import to_sympy

    return to_sympy(self, dims, values)


@_method(Claim, "latex")
def _latex(self: Claim, layout: str | None = None) -> str:
    """The claim in LaTeX for amsmath, MathJax or KaTeX: as it is written, or as it reads in another layout.

    Raises :class:`ClaimError` where the claim is ill-formed, :class:`ValueError` for a layout that there is not, or in
    which the claim could not be verified.
    """
    from cheatsheet.printing.latex import latex_claim
    from cheatsheet.printing.macros import expand

    if layout is not None and layout not in LAYOUTS:
        raise ValueError(f"there is no layout {layout!r}; there are {', '.join(LAYOUTS)}")
    equation = self.equation
    if layout not in (None, self.declarations.layout):
        other = self.check().in_layout(str(layout))
        if other is None:
            raise ValueError(f"{self.text} could not be verified in {layout} layout")
        equation = other
    return expand(latex_claim(equation))


@_method(Claim, "check")
def _check_claim(self: Claim) -> ClaimReport:
    """The verdict on this claim."""
    return check_claims([self])[0]


@_method(Entry, "check")
def _check_entry(self: Entry) -> EntryReport:
    """The verdicts on the entry's claims and pitfalls; its own ``verdict`` is the weakest of those on the claims.

    >>> load()["quadratic-form"].check().verdict
    'proved'
    """
    return check_entries([self]).entries[0]


for _owner, _name, _display in (
    (Catalogue, "_repr_latex_", notebook.catalogue_latex),
    (Catalogue, "_repr_html_", notebook.catalogue_html),
    (Entry, "_repr_latex_", notebook.entry_latex),
    (Entry, "_repr_html_", notebook.entry_html),
    (Claim, "_repr_latex_", notebook.claim_latex),
    (Claim, "_repr_html_", notebook.claim_html),
    (ClaimReport, "_repr_html_", notebook.claim_report_html),
    (EntryReport, "_repr_html_", notebook.entry_report_html),
):
    setattr(_owner, _name, _display)
