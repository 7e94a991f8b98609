"""``--full`` runs the long versions of the tests that take samples."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full", action="store_true", help="no samples: every mutant, thousands of random claims"
    )


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the long version is asked for."""
    return bool(request.config.getoption("--full"))
