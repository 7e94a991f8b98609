"""What the calculus refuses to work with."""

from __future__ import annotations


class NoIndexForm(Exception):
    """The expression has no index form that the calculus can work with; the text says why."""


class Undefined(NoIndexForm):
    """The expression is defined nowhere, such as a division by zero."""
