"""The shipped catalogue, and pages of its entries, each worked out once."""

from __future__ import annotations

from functools import cache

import cheatsheet
from cheatsheet.catalogue.reports import EntryReport
from cheatsheet.pages.document import entry_page
from cheatsheet.pages.model import EntryPage


@cache
def catalogue() -> cheatsheet.Catalogue:
    return cheatsheet.load()


@cache
def report(id_: str) -> EntryReport:
    found: EntryReport = catalogue()[id_].check()
    return found


@cache
def page(id_: str) -> EntryPage:
    return entry_page(report(id_))
