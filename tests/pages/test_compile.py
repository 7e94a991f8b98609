"""LaTeX to PDF: what is in the PDFs, what the log tells, and that a good PDF is never lost.

The last part runs with a stand-in for the engine, so that passes, kills and races can be staged.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from cheatsheet.language.glossary import Text
from cheatsheet.pages import compile as compiling
from cheatsheet.pages.compile import CompileError, MissingTeXError, compile_all, compile_pdf, tex_packages
from cheatsheet.pages.model import Document
from cheatsheet.pages.templating import render
from cheatsheet.pages.texlog import read_log
from tests.sample_pages import DOCUMENT, QUADRATIC_FORM, with_entry

# `make test` installs TeX; only where that cannot be done, and nobody watches, do these stay out.
needs_tex = pytest.mark.skipif(
    shutil.which("xelatex") is None and "CI" not in os.environ,
    reason="xelatex is not installed: run scripts/install-tex.sh",
)


def sources(document: Document) -> dict[str, str]:
    return {"cheatsheet": render(document, "sheet"), "handbook": render(document, "handbook")}


def told_by(program: str, *arguments: str | Path) -> str:
    return subprocess.run([program, *arguments], capture_output=True, check=True).stdout.decode("utf-8")


def words_of(pdf: Path) -> str:
    """The text of a PDF without line breaks and spaces, as a search would see it."""
    run = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=True)
    return re.sub(r"\s+", "", run.stdout.decode("utf-8"))


def objects_of(pdf: Path) -> str:
    """All objects of a PDF that are not page contents, uncompressed."""
    content = pdf.read_bytes()
    found = [content]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            found.append(stream)
    return b"\n".join(found).decode("latin-1")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample document, in both languages, compiled once for this module."""
    folder = tmp_path_factory.mktemp("both")
    compiled = compile_all(sources(DOCUMENT), folder)
    problems = [p for result in compiled.values() for p in result.problems]
    # One matrix of the sample is too wide for a line of the sheet and of the handbook, and the log tells so.
    assert {(p.document, p.entry, p.kind) for p in problems} == {
        ("cheatsheet", "extremes", "squeezed"),
        ("handbook", "extremes", "squeezed"),
    }
    return folder


@needs_tex
def test_chinese_can_be_copied_and_searched(built: Path) -> None:
    sheet, handbook = words_of(built / "cheatsheet.pdf"), words_of(built / "handbook.pdf")
    for name in ("乘积的转置", "二次型", "含有两个相同矩阵变量的夹心迹对该变量的导数"):
        assert name in sheet
        assert name in handbook
    assert "克罗内克𝛿消去一个求和号" in handbook  # the samples have no tags: their reasons stand in words
    assert "eachdeltaremovesonesum" in handbook
    assert r"\input{secret}\write18{rm}^^5c%#&_{}~" in handbook


@needs_tex
@pytest.mark.parametrize("name", ["cheatsheet", "handbook"])
def test_fonts_are_embedded(built: Path, name: str) -> None:
    run = subprocess.run(["pdffonts", built / f"{name}.pdf"], capture_output=True, text=True, check=True)
    fonts = run.stdout.splitlines()[2:]
    assert len(fonts) > 5
    for font in fonts:
        # embedded, a subset, with a map to Unicode
        assert re.search(r"yes yes yes\s+\d+\s+\d+$", font), font


@needs_tex
def test_language_bookmarks_and_links(built: Path) -> None:
    sheet, handbook = objects_of(built / "cheatsheet.pdf"), objects_of(built / "handbook.pdf")
    assert "/Lang(zh-Hans)" in sheet
    assert "/Lang(zh-Hans)" in handbook
    title = "2.1 二次型 Quadratic form".encode("utf-16-be")
    assert title.hex() in handbook.lower() or title.decode("latin-1") in handbook
    for entry in (e for section in DOCUMENT.sections for e in section.entries):
        anchor = f"(entry.{entry.id})"
        assert anchor in handbook
        linked = re.search(rf"/F\(handbook\.pdf\)\s*/D\s*{re.escape(anchor)}", sheet)
        assert bool(linked) == entry.on_sheet


@needs_tex
def test_the_lines_of_the_sheet_link_to_the_page_where_it_has_an_address(tmp_path: Path) -> None:
    online = replace(with_entry(QUADRATIC_FORM), base_url="https://example.org/a%20page/")
    compile_pdf(render(online, "sheet"), tmp_path / "cheatsheet.pdf")
    sheet = objects_of(tmp_path / "cheatsheet.pdf")
    assert f"/URI(https://example.org/a%20page/#{QUADRATIC_FORM.id})" in sheet
    assert "handbook.pdf" not in sheet


@needs_tex
def test_a_book_in_parts_is_one_book(built: Path) -> None:
    """Contents and foot name the page on which an entry stands, though every part was typeset for itself."""
    handbook = built / "handbook.pdf"
    count = int(re.findall(r"Pages:\s+(\d+)", told_by("pdfinfo", handbook))[0])
    texts = [
        told_by("pdftotext", "-f", str(n), "-l", str(n), "-raw", handbook, "-") for n in range(1, count + 1)
    ]
    front = next(n for n, text in enumerate(texts) if "Conventions" in text or "1.1 乘积的转置" in text) + 1
    first = next(n for n in range(front, count) if "1.1 乘积的转置" in texts[n])
    contents = "".join(texts[:first])
    for name in ("1.1 乘积的转置", "2.1 二次型", "3.1 外积对第二个向量求导"):
        (place,) = [n for n in range(first, count) if name in texts[n]]
        listed = re.search(rf"{name}[^\n]*?(?:\n[^\n]*?)? (\d+)\n", contents)
        assert listed
        assert int(listed[1]) == place - first + 1
        assert texts[place].rstrip().endswith(f"{place - first + 1}")
    assert "PageLabels" in objects_of(handbook)


@needs_tex
def test_an_edited_chapter_alone_is_typeset_again(tmp_path: Path) -> None:
    target = tmp_path / "handbook.pdf"
    compile_pdf(render(DOCUMENT, "handbook"), target)
    kept = tmp_path / compiling.STATE_FOLDER / "handbook" / "parts"
    before = {part.name for part in kept.iterdir()}
    assert len(before) == 5  # the front, three chapters, the back
    compile_pdf(
        render(replace(DOCUMENT, sections=(DOCUMENT.sections[0], *DOCUMENT.sections[2:])), "handbook"), target
    )
    after = {part.name for part in kept.iterdir()}
    assert len(after) == 4
    assert len(before & after) == 2  # the chapters that are the same


@needs_tex
def test_same_input_same_bytes(built: Path, tmp_path: Path) -> None:
    again = compile_all(sources(DOCUMENT), tmp_path / "elsewhere")
    for name, compiled in again.items():
        assert compiled.pdf.read_bytes() == (built / f"{name}.pdf").read_bytes()


@needs_tex
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_language_alone_is_a_good_document(tmp_path: Path, lang: Literal["zh", "en"]) -> None:
    document = replace(DOCUMENT, lang=lang, paper="letter", greyscale=True)
    compiled = compile_all(sources(document), tmp_path)
    for result in compiled.values():
        assert [p for p in result.problems if p.kind != "squeezed"] == []
        words = words_of(result.pdf)
        assert bool(re.search(r"[\u4e00-\u9fff]", words)) == (lang == "zh")
        assert ("二次型" if lang == "zh" else "Quadraticform") in words


@needs_tex
def test_nothing_changed_takes_no_pass(built: Path) -> None:
    before = (built / "handbook.pdf").stat().st_mtime_ns
    started = time.monotonic()
    compiled = compile_all(sources(DOCUMENT), built)
    assert time.monotonic() - started < 20
    assert [c.passes for c in compiled.values()] == [0, 0]
    assert [p.kind for p in compiled["handbook"].problems] == ["squeezed"]
    assert (built / "handbook.pdf").stat().st_mtime_ns == before


@needs_tex
def test_every_build_takes_one_pass(tmp_path: Path) -> None:
    first = compile_pdf(render(with_entry(QUADRATIC_FORM), "handbook"), tmp_path / "handbook.pdf")
    edited = replace(QUADRATIC_FORM, note=Text("改过的说明。", "An edited note."))
    second = compile_pdf(render(with_entry(edited), "handbook"), tmp_path / "handbook.pdf")
    assert first.passes == second.passes == 1
    assert "改过的说明" in words_of(second.pdf)
    from_nothing = compile_pdf(
        render(with_entry(edited), "handbook"), tmp_path / "from-nothing" / "handbook.pdf"
    )
    assert from_nothing.pdf.read_bytes() == second.pdf.read_bytes()


@needs_tex
@pytest.mark.parametrize(
    ("note", "kind", "told"),
    [
        ("$a_b_c$", "error", "quadratic-form (note): TeX says: Double subscript."),
        ("an 𓀀 here", "missing-glyph", "quadratic-form (note): no font has the character 𓀀 (U+13000)"),
    ],
)
def test_errors_are_told_by_entry_and_cost_no_pdf(tmp_path: Path, note: str, kind: str, told: str) -> None:
    target = tmp_path / "handbook.pdf"
    good = compile_pdf(render(with_entry(QUADRATIC_FORM), "handbook"), target).pdf.read_bytes()
    bad = replace(QUADRATIC_FORM, note=Text.of_both(note))
    with pytest.raises(CompileError) as error:
        compile_pdf(render(with_entry(bad), "handbook"), target)
    assert kind in {p.kind for p in error.value.problems}
    assert f"handbook: {told}" in str(error.value)
    assert target.read_bytes() == good


@needs_tex
def test_a_line_that_sticks_out_is_told(tmp_path: Path) -> None:
    long = replace(QUADRATIC_FORM, note=Text.of_both("`" + "x" * 150 + "`"))
    compiled = compile_pdf(render(with_entry(long), "handbook"), tmp_path / "handbook.pdf")
    told = [str(p) for p in compiled.problems]
    assert len(told) == 1
    assert re.fullmatch(r"handbook: quadratic-form \(note\): [\d.]+pt too wide for the line", told[0])


def test_without_tex_the_sources_are_written_and_the_packages_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(MissingTeXError) as error:
        compile_all(sources(DOCUMENT), tmp_path)
    for package in tex_packages():
        assert package in str(error.value)
    assert (tmp_path / "handbook.tex").read_text(encoding="utf-8") == render(DOCUMENT, "handbook")
    assert not (tmp_path / "handbook.pdf").exists()


@pytest.mark.parametrize(
    ("log", "told"),
    [
        ("Overfull \\hbox (0.9pt too wide) in paragraph at lines 1--2", []),
        ("Overfull \\hbox (1.1pt too wide) in paragraph", ["d: document: 1.1pt too wide for the line"]),
        (
            "@at inverse pitfalls\nOverfull \\vbox (30.0pt too high) has occurred",
            ["d: inverse (pitfalls): 30.0pt too high for the page"],
        ),
        (
            "@at - contents\n! Undefined control sequence.",
            ["d: contents: TeX says: Undefined control sequence."],
        ),
        ("@at inverse note\n@at - \n! Oops", ["d: document: TeX says: Oops"]),
        (
            "! Missing character: There is no 囧 (U+56E7) in font [texgyre]/OT:script=latn;.",
            ["d: document: no font has the character 囧 (U+56E7)"],
        ),
        ("@at a b\n@squeezed 0.41", ["d: a (b): a formula had to be set at 41% of its size"]),
        ("@at a b\n@squeezed 0.87", []),
        ("@at a b\n! Oops\n! Oops\n", ["d: a (b): TeX says: Oops"]),
    ],
)
def test_what_the_log_says(log: str, told: list[str]) -> None:
    assert [str(problem) for problem in read_log(log, "d")] == told


# --- with a stand-in for the engine --------------------------------------------------------------

ENGINE = '''\
    #!{python}
    """Writes a PDF that names its source; directives in the source stage what is to happen."""
    import pathlib, re, sys, time
    name = pathlib.Path(sys.argv[-1]).stem
    source = pathlib.Path(sys.argv[-1]).read_text()
    pathlib.Path(name + ".log").write_text("")
    pdf = pathlib.Path(name + ".pdf")
    pdf.write_text("%PDF " + source)
    if "half" in source:
        pdf.write_text("%PDF half")
        time.sleep(float(re.search(r"half=([\\d.]+)", source)[1]))
        sys.exit(1)
'''


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for xelatex, first on the PATH; returns a folder to build in."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "xelatex"
    program.write_text(textwrap.dedent(ENGINE).format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    folder = tmp_path / "build"
    folder.mkdir()
    return folder


def test_one_pass_makes_it(engine: Path) -> None:
    reported: list[tuple[str, int]] = []
    compiled = compile_pdf("text", engine / "a.pdf", lambda *args: reported.append(args))
    assert compiled.passes == 1
    assert reported == [("a", 1)]


def test_a_changed_date_is_a_change(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = "text", engine / "a.pdf"
    assert compile_pdf(source, target).passes > 0
    assert compile_pdf(source, target).passes == 0
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert compile_pdf(source, target).passes > 0


@pytest.mark.parametrize("damage", ["pdf", "record", "no record"])
def test_damaged_state_only_costs_a_compilation(engine: Path, damage: str) -> None:
    source, target = "text", engine / "a.pdf"
    compile_pdf(source, target)
    good = target.read_bytes()
    state = engine / compiling.STATE_FOLDER / "a"
    match damage:
        case "pdf":
            target.write_bytes(good[:3])
        case "record":
            (state / "record.json").write_text('{"source": ')
        case "no record":
            (state / "record.json").unlink()
    assert compile_pdf(source, target).passes > 0
    assert target.read_bytes() == good


def test_a_failed_run_leaves_the_good_pdf(engine: Path) -> None:
    target = engine / "a.pdf"
    compile_pdf("text", target)
    with pytest.raises(CompileError, match="a: document: xelatex made no PDF: exit 1"):
        compile_pdf("text half=0", target)
    assert target.read_text() == "%PDF text"
    assert [p.name for p in engine.iterdir() if p.name.startswith(".a.pdf")] == []


def test_killed_in_the_middle(engine: Path) -> None:
    target = engine / "a.pdf"
    compile_pdf("text", target)
    victim = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from cheatsheet.pages.compile import compile_pdf;"
            "compile_pdf('text half=5', pathlib.Path(sys.argv[1]))",
            target,
        ],
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    state = engine / compiling.STATE_FOLDER / "a"
    deadline = time.monotonic() + 20
    while not list(state.glob("run-*/a.pdf")) and time.monotonic() < deadline:
        time.sleep(0.02)
    left = list(state.glob("run-*"))
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()
    assert len(left) == 1
    assert target.read_text() == "%PDF text"
    assert compile_pdf("text", target).passes == 0

    # What the killed run left behind is removed once it is old enough to be nobody's.
    os.utime(left[0], (0, 0))
    assert compile_pdf("another text", target).passes > 0
    assert list(state.glob("run-*")) == []


def test_builds_at_once_leave_whole_files(engine: Path) -> None:
    target = engine / "a.pdf"
    texts = [f"text text {number} " + "x" * 100_000 for number in range(4)]
    with ThreadPoolExecutor(len(texts)) as pool:
        list(pool.map(lambda text: compile_pdf(text, target), texts))
    assert target.read_text() in {f"%PDF {text}" for text in texts}
    for text in texts:
        compile_pdf(text, target)
        assert target.read_text() == f"%PDF {text}"


def test_an_engine_that_hangs(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cheatsheet.pages.engine.SECONDS_PER_PASS", 0.5)
    with pytest.raises(CompileError, match="TeX was still running after"):
        compile_pdf("text half=30", engine / "a.pdf")
