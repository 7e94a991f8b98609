"""Derivations: every line an expression, every neighbouring pair of lines checked."""
