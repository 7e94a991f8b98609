"""Index form, normal form, proof."""
