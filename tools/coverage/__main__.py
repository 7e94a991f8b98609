"""``python -m tools.coverage``: verifies docs/coverage.yaml against the catalogue and writes docs/coverage.md."""

from __future__ import annotations

import sys

import click

from cheatsheet.cli import FAILS, UNUSABLE, open_catalogue
from cheatsheet.language.errors import CatalogueError
from cheatsheet.parallel import progress_bar
from cheatsheet.screen_reports import failure
from tools.coverage import checking, data, page


@click.command()
@click.argument("file", required=False)
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; fail where the page is out of date."
)
def main(file: str | None, only_check: bool) -> None:
    """Verify docs/coverage.yaml, which formulas of other collections FILE has, and write it as a page."""
    try:
        catalogue = open_catalogue(file)
        rows = data.read_coverage(catalogue, catalogue.path.parent / data.FILE)
    except CatalogueError as error:
        click.echo(error, err=True)
        sys.exit(UNUSABLE)
    with progress_bar("checking", sum(len(row.claims) for row in rows.rows)) as progress:
        report = checking.check_coverage(rows, catalogue, progress)
    for problem in report.problems:
        click.echo(problem.render(), err=True)
    for claim in report.failing:
        click.echo(failure(claim), err=True)
    place = rows.path.with_name(page.NAME)
    if not report.ok:
        click.echo(f"{rows.path}: {place.name} is not written until every row is as it says", err=True)
        sys.exit(FAILS)
    text = page.page(report)
    if not only_check:
        place.write_text(text, encoding="utf-8")
    elif not place.exists() or place.read_text(encoding="utf-8") != text:
        click.echo(f"{place}: out of date; write it with python -m tools.coverage", err=True)
        sys.exit(FAILS)
    for title, found in page.counts(report).items():
        click.echo(f"{title}: {found['covered']} covered, {found['open']} open, {found['out']} out of scope")


if __name__ == "__main__":
    main()
