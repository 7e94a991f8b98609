"""Text → typed tree: what can be said."""
