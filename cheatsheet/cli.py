"""The command line: arguments in, exit status and streams out; the work is done elsewhere.

Results go to standard output, messages and progress to standard error. Exit status 0: all well; 1: the catalogue or a
claim does not hold; 2: bad usage or unreadable input; 70: a bug of this program, which contradicted itself.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import cheatsheet
from cheatsheet import store
from cheatsheet.arguments import TakesExpression
from cheatsheet.language.display import counted
from cheatsheet.language.errors import CatalogueError, Position, near
from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.language.source import Passage, SourceFile
from cheatsheet.language.styles import ALL_STYLES
from cheatsheet.language.syntax import ClaimError
from cheatsheet.packaged import packaged
from cheatsheet.store import write_whole
from cheatsheet.verdicts.verdicts import TierDisagreement

if TYPE_CHECKING:
    from cheatsheet.catalogue.entries import Catalogue, Entry
    from cheatsheet.catalogue.reports import CatalogueReport
    from cheatsheet.pages.model import Language, Layout, Paper, Sums

DEFAULT_FILE = "identities.yaml"
HOLDS, FAILS, UNUSABLE, BUG = 0, 1, 2, 70
_LANGUAGES = click.Choice(["zh", "en", "both"])
_SUMS = click.Choice(["sigma", "einstein"])


class Commands(click.Group):
    """The commands; a mistyped one gets a suggestion, a catalogue that cannot be read its problems."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            hint = near(args[0], self.commands) or f"there are {', '.join(self.commands)}"
            ctx.fail(f"there is no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CatalogueError as error:
            click.echo(error, err=True)
            sys.exit(UNUSABLE)
        except TierDisagreement as error:
            click.echo(f"a bug of this program, please report it: {error}", err=True)
            sys.exit(BUG)


def _keep_nothing(context: click.Context, option: click.Parameter, given: bool) -> None:
    if given:
        context.with_resource(store.nothing_kept())


no_cache = click.option(
    "--no-cache",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_keep_nothing,
    help="Work everything out anew, and keep nothing.",
)
"""For every command that verifies."""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(cheatsheet.__version__, prog_name="cheatsheet")
def main() -> None:
    """A bilingual matrix-calculus reference in which every identity is verified and derived."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that has no ⎡ shows ? and not a traceback


# --- what commands share ---------------------------------------------------------------------------------------------


def place_of_catalogue(file: str | None, shipped: bool = False) -> Path:
    """The file named; without one, that of the current directory, or where it is asked for the one of the program.

    Whoever runs a command in the wrong directory is told so, and not that all is well with another catalogue.
    """
    if shipped and file is not None:
        raise click.UsageError(f"--packaged is the catalogue of the program, and {file} is named as well")
    if shipped:
        return packaged(DEFAULT_FILE)
    if file is None and not Path(DEFAULT_FILE).exists():
        raise click.UsageError(
            f"there is no {DEFAULT_FILE} in this directory; name the catalogue, "
            "or take the one that comes with the program: --packaged"
        )
    return Path(file or DEFAULT_FILE)


def open_catalogue(file: str | None, shipped: bool = False) -> Catalogue:
    """The catalogue that a command is about; raises :class:`CatalogueError`."""
    from cheatsheet.catalogue.load import load

    return load(place_of_catalogue(file, shipped))


_packaged = click.option(
    "--packaged", "shipped", is_flag=True, help="The catalogue that comes with the program."
)


def looks_like_file(argument: str) -> bool:
    """Whether an argument names a catalogue rather than an entry."""
    return argument.endswith((".yaml", ".yml")) or "/" in argument or Path(argument).is_file()


def find_entries(catalogue: Catalogue, ids: tuple[str, ...]) -> list[Entry]:
    """The entries of these ids, all of them where none is named."""
    unknown = [id for id in ids if id not in catalogue]
    if unknown:
        known = [entry.id for entry in catalogue]
        for id in unknown:
            hint = near(id, known) or "cheatsheet check lists them all"
            click.echo(f"{catalogue.path}: there is no entry {id!r}; {hint}", err=True)
        sys.exit(UNUSABLE)
    return [catalogue[id] for id in ids] if ids else list(catalogue)


def write_json(document: dict[str, Any]) -> None:
    """The document with a line for each of its members and for each item of a list: to be read, and quickly made."""
    lines = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            items = (json.dumps(item, ensure_ascii=False) for item in value)
            shown = "[\n  " + ",\n  ".join(items) + "\n ]"
        else:
            shown = json.dumps(value, ensure_ascii=False)
        lines.append(f" {json.dumps(key)}: {shown}")
    click.echo("{\n" + ",\n".join(lines) + "\n}")


# --- commands --------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("arguments", nargs=-1, metavar="[FILE] [ID]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("--sympy", "by_sympy", is_flag=True, help="Ask SymPy as well, entry by entry at two sizes.")
@no_cache
@_packaged
def check(arguments: tuple[str, ...], as_json: bool, by_sympy: bool, shipped: bool) -> None:
    """Verify the claims of FILE, or of some of its entries."""
    file, ids = (
        (arguments[0], arguments[1:]) if arguments and looks_like_file(arguments[0]) else (None, arguments)
    )
    catalogue = open_catalogue(file, shipped)
    click.echo(f"checking {catalogue.path}", err=True)
    from cheatsheet.pages.right_lines import wrong_lines
    from cheatsheet.pages.words import refuse_words

    refuse_words(catalogue)
    report = verify_entries(find_entries(catalogue, ids))
    if by_sympy:
        report = ask_sympy(report)
    for warning in report.warnings:
        click.echo(warning, err=True)
    wrong = wrong_lines(report.entries)
    if as_json:
        found = report.to_json()
        lines = {"derivations": [problem.headline for problem in wrong]} if wrong else {}
        write_json({"file": str(catalogue.path), **found, "ok": report.ok and not wrong, **lines})
    else:
        print_report(report)
    for problem in wrong:
        click.echo(problem.render(), err=True)
    if wrong:
        unproved = counted(len(wrong), "line of a derivation does", "lines of derivations do")
        click.echo(f"{catalogue.path}: {unproved} not follow by the rules named", err=True)
    sys.exit(HOLDS if report.ok and not wrong else FAILS)


def verify_entries(entries: list[Entry]) -> CatalogueReport:
    """The verdicts on entries, with a progress bar."""
    from cheatsheet.catalogue.reports import check_entries
    from cheatsheet.parallel import progress_bar

    with progress_bar("checking", sum(len(entry.all_claims) for entry in entries)) as progress:
        return check_entries(entries, progress)


def ask_sympy(report: CatalogueReport) -> CatalogueReport:
    """The report with SymPy's judgements; where they contradict the verdicts, both are shown, and that is the end."""
    from cheatsheet.catalogue.reports import judged_by_sympy
    from cheatsheet.parallel import progress_bar
    from cheatsheet.verdicts.by_sympy.judgement import JudgesDisagree

    try:
        with progress_bar("asking SymPy", sum(len(entry.claims) for entry in report.entries)) as progress:
            return judged_by_sympy(report, progress)
    except JudgesDisagree as disagreement:
        click.echo(f"a bug of this program, please report it: SymPy disagrees on\n  {disagreement}", err=True)
        sys.exit(BUG)


def print_report(report: CatalogueReport, only_failing: bool = False, err: bool = False) -> None:
    """One line for each entry, what is not as expected in full, and a summary."""
    from cheatsheet.screen_reports import entry_lines, summary_line, sympy_line

    shown = [entry for entry in report.entries if not (only_failing and entry.ok)]
    width = max((len(entry.entry.id) for entry in shown), default=0)
    for entry in shown:
        first, *rest = entry_lines(entry, width)
        click.secho(first, fg="green" if entry.ok else "red", err=err)
        for line in rest:
            click.echo(line, err=err)
    for line in filter(None, (summary_line(report), sympy_line(report))):
        click.echo(line, err=err)


@main.command()
@click.argument("file", required=False)
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("build"), help="Where to write.")
@click.option("--lang", type=_LANGUAGES, default="both", show_default=True, help="Language of the PDFs.")
@click.option("--layout", type=click.Choice(LAYOUTS), help="Print claims in this layout only.")
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True, help="Paper.")
@click.option("--greyscale", is_flag=True, help="No colours, for printing in black and white.")
@click.option("--full", is_flag=True, help="Every derivation of every claim, with its reasons in words.")
@click.option(
    "--sums", type=_SUMS, default="sigma", show_default=True, help="Whether Σ stands in derivations."
)
@click.option("--no-pdf", is_flag=True, help="Only the pages for a browser: index.html and derive.html.")
@no_cache
@_packaged
def build(
    file: str | None,
    out: Path,
    lang: Language,
    layout: Layout | None,
    paper: Paper,
    greyscale: bool,
    full: bool,
    sums: Sums,
    no_pdf: bool,
    shipped: bool,
) -> None:
    """Verify FILE, then write the sheet and the handbook as PDFs, and the pages for a browser."""
    from cheatsheet.pages.calculator import try_calculator
    from cheatsheet.pages.calculator_kept import can_be_made
    from cheatsheet.pages.stamps import built_before

    look = (lang, layout, paper, greyscale, sums, full, can_be_made())
    before = built_before(place_of_catalogue(file, shipped), out, look)
    if before is not None:
        for made in before.files:
            click.echo(made)
        tell_calculator(*try_calculator(out))
        return
    catalogue = open_catalogue(file, shipped)
    from cheatsheet import pipeline
    from cheatsheet.pages.compile import CompileError, MissingTeXError
    from cheatsheet.pages.prose import ProseError
    from cheatsheet.pages.words import refuse_words
    from cheatsheet.parallel import stages

    refuse_words(catalogue)
    try:
        with stages() as progress:
            built = pipeline.build(
                catalogue, out, lang, layout, progress, paper, greyscale, sums, full, True, not no_pdf
            )
    except pipeline.CatalogueDoesNotHold as finding:
        print_report(finding.report, only_failing=True, err=True)
        for line in finding.lines:
            click.echo(line.render(), err=True)
        click.echo(f"{catalogue.path}: nothing is printed until every claim is as expected", err=True)
        sys.exit(FAILS)
    except (CompileError, MissingTeXError, ProseError) as error:
        click.echo(error, err=True)
        page = out / "index.html"
        if not isinstance(error, ProseError) and page.exists():
            click.echo(page)
            tell_calculator(*try_calculator(out))
        sys.exit(FAILS)
    except OSError as error:
        click.echo(f"{error.filename or out}: {error.strerror or error}", err=True)
        sys.exit(UNUSABLE)
    for compiled in built.pdfs.values():
        for problem in compiled.problems:
            click.echo(problem, err=True)
        click.echo(compiled.pdf)
    click.echo(built.page)
    tell_calculator(built.calculator, built.note)


def tell_calculator(page: Path | None, note: str) -> None:
    """Where the calculator is, or why there is none: the rest of a build is whole without it."""
    if page is not None:
        click.echo(page)
    else:
        click.echo(note, err=True)


@main.command(cls=TakesExpression)
@click.argument("expression", metavar="EXPR")
@click.option("--wrt", required=True, metavar="X", help="The symbol, or the component, to differentiate by.")
@click.option("--given", default="", metavar="YAML", help="Declarations, such as 'x: [n], A: [n, n]'.")
@click.option("--layout", type=click.Choice(LAYOUTS), default=LAYOUTS[0], show_default=True)
@click.option("--lang", type=_LANGUAGES, default="both", show_default=True, help="Language of the reasons.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option(
    "--code", type=click.Choice(("numpy", "torch", "jax")), help="A function to paste, and nothing else."
)
@no_cache
def derive(
    expression: str, wrt: str, given: str, layout: str, lang: str, as_json: bool, code: str | None
) -> None:
    """Differentiate EXPR by X: closed form, worked steps, verdict, code."""
    from cheatsheet.catalogue.load import read_given
    from cheatsheet.derivatives.text import derivation_text

    symbols = read_given(given)
    try:
        derivation = cheatsheet.derive(expression, wrt=wrt, given=symbols, layout=layout)
    except ClaimError as error:
        text = expression if error.text is None else error.text
        name = "--wrt" if text == wrt and text != expression else "EXPR"
        passage = Passage(text, SourceFile(name, text), Position(1, 1))
        click.echo(passage.problem(error.start, error.end, error.message, error.hint).render(), err=True)
        sys.exit(UNUSABLE)
    for warning in derivation.warnings:
        click.echo(f"warning: {warning}", err=True)
    if code is not None:
        click.echo(derivation.function(code) or "# there is no array code for this derivative")
    elif as_json:
        write_json(derivation.to_json())
    else:
        document = derivation.to_json(text=True)
        click.echo(derivation_text(document, ("zh", "en") if lang == "both" else (lang,)))
    sys.exit(HOLDS if derivation.verdict.holds else FAILS)


@main.command()
@click.argument("id")
@click.argument("file", required=False)
@click.option("--lang", type=_LANGUAGES, default="both", show_default=True, help="Language of the text.")
@click.option(
    "--style",
    type=click.Choice(ALL_STYLES),
    help="How derivations go about it, where there are several ways.",
)
@click.option("--layout", type=click.Choice(LAYOUTS), help="Claims as they read in this layout.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document: all that is known of the entry.")
@no_cache
def show(id: str, file: str | None, lang: str, style: str | None, layout: str | None, as_json: bool) -> None:
    """Show one entry: its claims, the verdicts, and the derivation step by step.

    Without FILE, and without an identities.yaml in the directory, the entry is looked up in the program's catalogue.
    """
    looked_up = file is None and not Path(DEFAULT_FILE).exists()
    catalogue = open_catalogue(file, looked_up)
    if looked_up:
        click.echo(f"no {DEFAULT_FILE} here; reading {catalogue.path}", err=True)
    (entry,) = find_entries(catalogue, (id,))
    report = verify_entries([entry])
    from cheatsheet.screen import entry_document, entry_text

    if as_json:
        write_json(entry_document(report.entries[0], layout))
    else:
        languages = ("zh", "en") if lang == "both" else (lang,)
        click.echo(entry_text(report.entries[0], languages, style, layout))
    sys.exit(HOLDS if report.ok else FAILS)


@main.command()
@click.argument("kind", type=click.Choice(["anki", "json", "csv", "md"]))
@click.argument("file", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write; - is standard output.")
@no_cache
@_packaged
def export(kind: str, file: str | None, output: Path | None, shipped: bool) -> None:
    """Write the catalogue for other programs, once every claim is as expected."""
    from cheatsheet import pipeline
    from cheatsheet.pages import exports
    from cheatsheet.parallel import stages

    catalogue = open_catalogue(file, shipped)
    target = output or Path(f"cheatsheet.{exports.SUFFIXES[kind]}")
    if str(target) == "-" and kind == "anki" and sys.stdout.isatty():
        raise click.UsageError(
            "a deck is no text to be shown on a terminal; name a file, or send it into a pipe"
        )
    try:
        with stages() as progress:
            pages = pipeline.checked_pages(catalogue, progress)[1]
        content = exports.anki(pages) if kind == "anki" else exports.TEXTS[kind](pages).encode("utf-8")
        if str(target) == "-":
            click.echo(content, nl=False)
        else:
            write_whole(target, content)
    except pipeline.CatalogueDoesNotHold as finding:
        print_report(finding.report, only_failing=True, err=True)
        for line in finding.lines:
            click.echo(line.render(), err=True)
        click.echo(f"{catalogue.path}: nothing is exported until every claim is as expected", err=True)
        sys.exit(FAILS)
    except OSError as error:
        click.echo(f"{error.filename or output}: {error.strerror or error}", err=True)
        sys.exit(UNUSABLE)
    if str(target) != "-":
        click.echo(target)


@main.command()
@click.argument("id")
@click.argument("file", required=False)
@click.option("--section", help="Write the draft into FILE, behind the last entry of this section.")
def new(id: str, file: str | None, section: str | None) -> None:
    """Print the draft of an entry, or write it into a section of FILE."""
    from cheatsheet.catalogue.drafts import StubError, draft, insert

    try:
        if section is None:
            click.echo(draft(id), nl=False)
        else:
            catalogue = open_catalogue(file or DEFAULT_FILE)
            line = insert(catalogue, section, id)
            click.echo(f"{catalogue.path}:{line}: draft of {id} written", err=True)
    except StubError as error:
        click.echo(error, err=True)
        sys.exit(UNUSABLE)
