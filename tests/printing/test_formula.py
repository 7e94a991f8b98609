"""Formulas read from LaTeX, for the page and for the terminal, as TeX reads them."""

from __future__ import annotations

import re

import pytest

from cheatsheet.printing.mathml import bare_mathml


def inside(latex: str) -> str:
    return re.sub(r"</?math[^>]*>", "", bare_mathml(latex))


@pytest.mark.parametrize(
    ("latex", "markup"),
    [
        (r"\frac12x", "<mfrac><mn>1</mn><mn>2</mn></mfrac><mi>x</mi>"),
        (r"\frac1{10}", "<mfrac><mn>1</mn><mn>10</mn></mfrac>"),
        (r"x^23", "<msup><mi>x</mi><mn>2</mn></msup><mn>3</mn>"),
        (r"x_{12}", "<msub><mi>x</mi><mn>12</mn></msub>"),
        (r"12x", "<mn>12</mn><mi>x</mi>"),
        (r"\M A\T", "<msup><mi>𝐀</mi><mi>𝖳</mi></msup>"),
        (r"-x", '<mo form="prefix">−</mo><mi>x</mi>'),
        (r"a - b", "<mi>a</mi><mo>−</mo><mi>b</mi>"),
        (r"f''", "<msup><mi>f</mi><mo>′′</mo></msup>"),
    ],
)
def test_arguments_and_signs_are_those_of_tex(latex: str, markup: str) -> None:
    assert inside(latex) == markup
