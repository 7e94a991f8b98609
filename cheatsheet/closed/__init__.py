"""Closed forms: a derivative in matrix notation, as a textbook prints it.

The differential is linear in the increment; whatever does not vary in it stays whole (:mod:`.atoms`). Its components
are networks of matrices and vectors joined at indices (:mod:`.networks`), which are read off as products
(:mod:`.reading`) and collected into the shortest sum (:mod:`.collecting`). Nothing is given that is not proved.
"""

import cheatsheet.operators  # noqa: F401 - the table is loaded before the rules that its rows name
