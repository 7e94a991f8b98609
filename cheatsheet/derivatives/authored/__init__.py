"""Derivations that the catalogue has in its own words: read, and each line checked by the rules that it names."""
