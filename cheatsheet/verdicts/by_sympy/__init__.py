"""SymPy as a second judge: both sides of a claim by SymPy alone, at small sizes, every entry written out."""
