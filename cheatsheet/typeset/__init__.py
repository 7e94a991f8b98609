"""Checked catalogue → pages: what the templates print, every formula from a verified expression."""

from cheatsheet.typeset.document import document

__all__ = ["document"]
