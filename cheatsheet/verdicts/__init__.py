"""Verdicts on claims: proof, exact check, sampling, and counterexamples."""
