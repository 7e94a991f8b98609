"""Verdicts found by tests are kept apart from those of the user who runs them."""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import settings

import cheatsheet.api  # noqa: F401  gives expressions and catalogues their methods of convenience

# The public check must say the same of the same commit; elsewhere every run looks at new examples.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


_before: list[str | None] = []
_folders: list[tempfile.TemporaryDirectory[str]] = []


def pytest_configure(config: pytest.Config) -> None:
    """A cache directory that lasts as long as the run; the processes that share the work share what they find."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _before.append(os.environ.get("XDG_CACHE_HOME"))
        _folders.append(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        os.environ["XDG_CACHE_HOME"] = _folders[-1].name


def pytest_unconfigure(config: pytest.Config) -> None:
    for before in _before:
        if before is None:
            del os.environ["XDG_CACHE_HOME"]
        else:
            os.environ["XDG_CACHE_HOME"] = before
    for folder in _folders:
        folder.cleanup()
    _before.clear(), _folders.clear()
