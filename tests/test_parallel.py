"""The pool of processes: results in the order of the items, and one lost where an item kills its process."""

from __future__ import annotations

import multiprocessing
import os
import time

import pytest

from cheatsheet import parallel
from cheatsheet.parallel import ENOUGH, ProcessDied, as_they_come, over_cores

pytestmark = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this system"
)
ITEMS = list(range(2 * ENOUGH))


@pytest.fixture(autouse=True)
def three_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)


def slow_at_first(item: int) -> tuple[int, int]:
    if item == 0:
        time.sleep(0.5)
    return item, os.getpid()


def deadly(item: int) -> int:
    if item == 13:
        os._exit(1)
    return -item


def test_results_stand_in_the_order_of_the_items() -> None:
    told: list[int] = []
    found = over_cores(slow_at_first, ITEMS, told.append)
    assert [item for item, _ in found] == ITEMS
    assert os.getpid() not in {process for _, process in found}  # many processes were at work
    assert sum(told) == len(ITEMS)


def test_results_come_as_they_are_done() -> None:
    places = [place for place, _ in as_they_come(slow_at_first, ITEMS, slow_at_first)]
    assert sorted(places) == ITEMS
    assert places[0] != 0


def test_an_item_that_kills_its_process_is_answered_for() -> None:
    found = dict(as_they_come(deadly, ITEMS, lambda item: 1000))
    assert found == {item: 1000 if item == 13 else -item for item in ITEMS}


def test_an_item_that_kills_its_process_is_named() -> None:
    with pytest.raises(ProcessDied, match="13"):
        over_cores(deadly, ITEMS, lambda more: None)
    assert parallel._work is None


def test_few_items_need_no_process() -> None:
    assert {process for _, process in over_cores(slow_at_first, ITEMS[1:4], lambda more: None)} == {
        os.getpid()
    }
