"""The laws of determinants, inverses and their kin, used one at a time: det(XY) = det X det Y, (XY)⁻¹ = Y⁻¹X⁻¹."""

from __future__ import annotations

from cheatsheet.language.expressions import Apply, Expr, Number, Size, rebuild
from cheatsheet.language.table import build

MOST_SWEEPS = 5


def apply_laws(expr: Expr) -> tuple[Expr, tuple[str, ...]]:
    """The expression with a law applied to each outermost function of a composite matrix, and the laws used."""
    used: list[str] = []

    def sweep(node: Expr) -> Expr:
        if isinstance(node, Apply):
            found = _law(node)
            if found is not None:
                used.append(found[1])
                return found[0]
        return rebuild(node, sweep)

    return sweep(expr), tuple(dict.fromkeys(used))


def _law(node: Apply) -> tuple[Expr, str] | None:
    if node.op not in ("det", "inv", "adj", "expm") or not isinstance(node.args[0], Apply):
        return None
    a = node.args[0]
    rule = {"det": _determinant, "inv": _inverse, "adj": _adjugate, "expm": _exponential}[node.op]
    return rule(a)


def _square(a: Apply) -> bool:
    return all(x.shape.is_square for x in a.children)


def _power(base: Expr, exponent: Expr) -> Expr:
    return build("power", base, exponent)


def _determinant(a: Apply) -> tuple[Expr, str] | None:
    n = Size(a.shape.rows) if a.shape.rows.names else Number(a.shape.rows.at({}))
    match a.op:
        case "matmul" if _square(a):
            return build("scale", *(build("det", x) for x in a.children)), "law-det-product"
        case "transpose":
            return build("det", a.children[0]), "law-det-transpose"
        case "scale":
            s, x = a.children
            return build("scale", _power(s, n), build("det", x)), "law-det-multiple"
        case "neg":
            return build("scale", _power(Number(-1), n), build("det", a.children[0])), "law-det-multiple"
        case "inv":
            return build("over", Number(1), build("det", a.children[0])), "law-det-inverse"
        case "matrix_power":
            x, k = a.children
            return _power(build("det", x), k), "law-det-power"
        case "kron" if _square(a):
            x, y = a.children
            first = _power(build("det", x), Size(y.shape.rows))
            return build("scale", first, _power(build("det", y), Size(x.shape.rows))), "law-det-kron"
        case "expm":
            return build("exp", build("tr", a.children[0])), "law-det-expm"
    return None


def _inverse(a: Apply) -> tuple[Expr, str] | None:
    match a.op:
        case "matmul" if _square(a):
            x, y = a.children
            return build("matmul", build("inv", y), build("inv", x)), "law-inv-product"
        case "transpose":
            return build("transpose", build("inv", a.children[0])), "law-inv-transpose"
        case "scale":
            s, x = a.children
            return build("over", build("inv", x), s), "law-inv-multiple"
        case "inv":
            return a.children[0], "law-inv-inverse"
        case "kron" if _square(a):
            return build("kron", *(build("inv", x) for x in a.children)), "law-inv-kron"
    return None


def _adjugate(a: Apply) -> tuple[Expr, str] | None:
    match a.op:
        case "matmul" if _square(a):
            x, y = a.children
            return build("matmul", build("adj", y), build("adj", x)), "law-adj-product"
        case "transpose":
            return build("transpose", build("adj", a.children[0])), "law-adj-transpose"
    return None


def _exponential(a: Apply) -> tuple[Expr, str] | None:
    if a.op == "transpose":
        return build("transpose", build("expm", a.children[0])), "law-expm-transpose"
    return None
