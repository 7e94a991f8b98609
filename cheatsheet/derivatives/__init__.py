"""Derivatives: the short form (:mod:`.closed`) and the worked derivation (:mod:`.steps`)."""
