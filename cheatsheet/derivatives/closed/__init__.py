"""Closed forms: a derivative in matrix notation, as a textbook prints it.

The differential is linear in the increment; whatever does not vary in it stays whole (:mod:`.kept_whole`). Its
components are networks of matrices and vectors joined at indices (:mod:`.networks`), which are read off as products
(:mod:`.read_off`) and collected into the shortest sum (:mod:`.collecting`). Nothing is given that is not proved.
"""
