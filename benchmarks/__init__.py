"""Timings against what else there is; tables to read, not tests."""
