"""The rules of derivations: what counts as rearrangement, what a rule is, and whether named rules carry a step."""
