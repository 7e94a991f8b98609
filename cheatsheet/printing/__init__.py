"""Expression → LaTeX, array code, SymPy, terminal."""
