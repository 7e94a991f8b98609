"""Matrices on a terminal."""

from __future__ import annotations

from cheatsheet.screen_reports import equations, matrix_lines


def test_matrices_are_drawn_with_brackets_and_aligned_columns() -> None:
    assert matrix_lines([[1, -20], [3, "1/2"], [0, 4]]) == ["⎡1  -20⎤", "⎢3  1/2⎥", "⎣0    4⎦"]
    assert matrix_lines([[7]]) == ["[7]"]
    assert matrix_lines(3) == ["3"]
    assert matrix_lines([[[1, 2]], [[3, 4]]]) == ["[[[1, 2]], [[3, 4]]]"]
    assert equations({"x": [[1], [2]], "a": 3}) == ["x = ⎡1⎤    a = 3", "    ⎣2⎦"]


def test_many_matrices_are_wrapped() -> None:
    lines = equations({f"A{i}": [[i] * 20] for i in range(4)}, width=80)
    assert max(map(len, lines)) <= 80
    assert [line.split(" = ")[0] for line in lines] == ["A0", "A1", "A2", "A3"]
