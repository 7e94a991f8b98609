"""The ways in which a derivation may go about it."""

STYLES = ("algebra", "differential")
"""How an authored derivation goes about it; the program's own are element by element."""
ALL_STYLES = ("components", *STYLES)
