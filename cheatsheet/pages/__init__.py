"""Checked catalogue → pages: what the templates print, every formula from a verified expression."""
