"""Rearrangement: what needs no reason, and what does."""

from __future__ import annotations

import pytest

from cheatsheet.catalogue.load import read_given
from cheatsheet.derivatives.rules.fractions import vanishes
from cheatsheet.derivatives.rules.rearranged import rearranged
from cheatsheet.language.elaborate import Declarations, elaborate_claim

VECTORS = "x: [n], y: [n], z: [n]"
GIVEN = (
    f"a: [], b: [], c: [], {VECTORS}, A: [n, n], B: [n, n], C: [n, n], S: {{shape: [n, n], is: [symmetric]}}"
)


def same(claim: str) -> bool:
    equation = elaborate_claim(claim, Declarations(read_given(GIVEN)))
    return rearranged(equation.lhs) == rearranged(equation.rhs)


@pytest.mark.parametrize(
    "claim",
    [
        "a*b == b*a",
        "A + B == B + A",
        "a*(2*b+2*c) == 2*a*(b+c)",
        "c*(a-b) == -c*(b-a)",
        "-(a - b)*c == (b - a)*c",
        "sum(x[i]*y[i], i) == sum(y[k]*x[k], k)",
        "sum(sum(A[i,j]*x[j],j)*y[i], i) == sum(A[i,j]*x[j]*y[i], i, j)",
        "sum(x[i],i)*sum(x[j],j) == sum(x[i],i)**2",
        "sum(x[i],i)*sum(x[j],j) == sum(x[i]*x[j],i,j)",
        "sum(a*x[i],i) == a*sum(x[i],i)",
        "sqrt(a)*sqrt(a) == a",
        "sqrt(a*b)**2 == a*b",
        "a/b*c == c*a/b",
        "1/(a*b) == 1/a/b",
        "(a+b)/(2*a+2*b) == 1/2",
        "sqrt(2*a+2*b)*sqrt(2*a+2*b) == 2*a+2*b",
        "(A@B)@C == A@(B@C)",
        "A@(a*B)@C == a*(A@B@C)",
        "(-A)@B == -(A@B)",
        "x@(y.T@z) == (x@y.T)@z",
        "(x.T@y)*z == z*(x.T@y)",
        "A@I(n) == A",
        "2*I(n)@A == A*2",
        "A + zeros(n,n) == A",
        "(A+B)[i,j] == A[i,j]+B[i,j]",
        "(2*A)[i,j] == 2*A[i,j]",
        "tr(2*A) == 2*tr(A)",
        "(-A).T == -A.T",
        "A*B == B*A",
        "(a*A)*B == a*(A*B)",
        "A*A == A**2",
        "A/B*B == A",
        "(A+B)@C == (B+A)@C",
        "inv(A+B) == inv(B+A)",
        "exp(a+b) == exp(b+a)",
        "n*sum(x[i],i) == sum(n*x[j],j)",
        "sum((x[i]-x[j])**2,i,j) == sum((x[j]-x[i])**2,i,j)",
        "sum(a*delta(i,j)*x[j],j) == sum(delta(j,i)*x[j]*a,j)",
        "diff(a*b,a) == diff(b*a,a)",
        "tr((A+B)/a) == tr(A+B)/a",
        "(A+B)@(A+B) == (B+A)@(A+B)",
        "tr(a*I(n)) == a*tr(I(n))",
        "x[0]*2 == 2*x[0]",
        "A@(x@x.T)@B == (A@x)@(x.T@B)",
        "A@B - A@B == zeros(n,n)",
        "sum(A[i,j]*x[i]*x[j], i, j) == sum(A[j,i]*x[i]*x[j], i, j)",
        "sqrt(8) == 2*sqrt(2)",
        "sqrt(4*a) == 2*sqrt(a)",
        "sqrt(a/4)==sqrt(a)/2",
    ],
)
def test_an_order_of_writing_needs_no_reason(claim: str) -> None:
    assert same(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "A@B == B@A",
        "a*(b+c) == a*b+a*c",
        "(A@B).T == B.T@A.T",
        "x@(y.T@z) == (y.T@z)*x",
        "S[i,j] == S[j,i]",
        "exp(a)*exp(b) == exp(a+b)",
        "sqrt(a**2) == a",
        "A@inv(A) == I(n)",
        "sum(x[i]+y[i],i) == sum(x[i],i)+sum(y[i],i)",
        "sum(A[i,j]*x[i]*y[j], i, j) == sum(A[j,i]*x[i]*y[j], i, j)",
        "A[i,j] == A[j,i]",
        "A@A == A*A",
        "det(2*A) == 2*det(A)",
        "I(n) == 1*A",
        "(x.T@y) == (y.T@x)",
        "sqrt(a*b) == sqrt(a)*sqrt(b)",
        "tr(A) == tr(A.T)",
        "sum(x[i]*y[i],i) == sum(x[i],i)*sum(y[i],i)",
        "sum(x[i]**2,i) == sum(x[i],i)**2",
        "A.T[i,j] == A[j,i]",
        "delta(i,j) == delta(i,k)",
        "A[0,1] == A[1,0]",
        "diff(a*b,a) == diff(a*b,b)",
        "matrix_power(A,2) == A@A",
        "(A+B)@C == A@C+B@C",
        "(A+B)*C == A*C+B*C",
        "2**a == a**2",
        "sum(A[i,k]*B[k,j],k) == sum(A[i,k]*B[k,i],k)",
    ],
)
def test_what_is_a_rule_is_no_rearrangement(claim: str) -> None:
    assert not same(claim)


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("1/(1+a) == 1 - a/(1+a)", True),
        ("1/(1+exp(a)) == 1 - 1/(1+1/exp(a))", True),
        ("1/(1+1/(1+1/a)) == (1+a)/(1+2*a)", True),
        ("a/sum(x[i],i) == 1 - (sum(x[j],j)-a)/sum(x[i],i)", True),
        ("1/(1+a)**2 == 1/(1+a) - a/(1+a)**2", True),
        ("1/(1+a) == 1 - a/(1+b)", False),
        ("1/(1+1/(1+1/a)) == (1+a)/(1+3*a)", False),
        ("1/(a+b) == 1/a + 1/b", False),
    ],
)
def test_fractions_are_equal_over_one_denominator(claim: str, holds: bool) -> None:
    equation = elaborate_claim(claim, Declarations(read_given(GIVEN)))
    assert vanishes(rearranged(equation.lhs) - rearranged(equation.rhs)) is holds
