"""Runs the command line inside the process of a test."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from cheatsheet.cli import main


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])
