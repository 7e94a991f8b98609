"""The page for a browser, in a real one: search, switches, copying, permalinks, print, no network, accessibility."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

import cheatsheet
from cheatsheet.catalogue.entries import Catalogue
from cheatsheet.catalogue.reports import check_entries
from cheatsheet.language.glossary import Text
from cheatsheet.pages.document import document
from cheatsheet.pages.model import Document, EntryPage, SectionPage, WebClaim, WebForm
from cheatsheet.pages.web import called, render_page, write_page

CHROMIUM = "/usr/bin/chromium"
FLAGS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync".split()
ENTRIES = """quadratic-form linear-map trace-of-three-factors-by-middle softmax-jacobian woodbury determinant-gradient
inverse-by-scalar product-not-commutative shape-table vec-of-product softmax-temperature quadratic-form-symmetric-part
logdet-gradient hadamard-uses""".split()


def part_of_the_catalogue() -> Catalogue:
    """A few entries of the shipped catalogue, each in its section."""
    whole = cheatsheet.load()
    sections = (replace(s, entries=tuple(e for e in s.entries if e.id in ENTRIES)) for s in whole.sections)
    return replace(whole, sections=tuple(s for s in sections if s.entries))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    catalogue = part_of_the_catalogue()
    assert {entry.id for entry in catalogue} == set(ENTRIES)
    report = check_entries(catalogue)
    pages = document(catalogue, report)
    return write_page(
        tmp_path_factory.mktemp("web"), render_page(pages, catalogue, report, calculator=True)
    ).as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
    made = context.new_page()
    complaints: list[str] = []
    made.on("console", lambda message: complaints.append(message.text))
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    context.close()
    assert complaints == []


def shown(page: Page) -> list[str]:
    return [str(article.get_attribute("id")) for article in page.locator("article:visible").all()]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("softmax", "softmax-jacobian"),
        ("tr(AXB)", "trace-of-three-factors-by-middle"),
        ("tr(PYQ)", "trace-of-three-factors-by-middle"),
        ("x'Ax", "quadratic-form"),
        ("y.T @ M @ y", "quadratic-form"),
        ("x^T A x", "quadratic-form"),
        ("二次型", "quadratic-form"),
        ("Woodbury", "woodbury"),
        ("vec(AXB)", "vec-of-product"),
        (r"\operatorname{tr}(\mathbf{A} X B)", "trace-of-three-factors-by-middle"),
        ("ｔｒ（ＡＸＢ）", "trace-of-three-factors-by-middle"),
        ("np.trace(P @ Y @ Q)", "trace-of-three-factors-by-middle"),
        (r"\mathbf{x}^{\top} A \mathbf x", "quadratic-form"),
        (r"\det", "determinant-gradient"),
        (r"\frac{\partial \det X}{\partial X}", "determinant-gradient"),
        ("|X|", "determinant-gradient"),
        (r"\frac{\partial}{\partial X} \det X", "determinant-gradient"),
        ("∂/∂x x^T A x", "quadratic-form"),
        ("d/dX tr(A X B)", "trace-of-three-factors-by-middle"),
        ("U^{-1}", "inverse-by-scalar"),
        ("np.linalg.inv(U)", "inverse-by-scalar"),
        (r"\otimes", "vec-of-product"),
        ("softmx jacobain", "softmax-jacobian"),
        ("softmax的雅可比", "softmax-jacobian"),
        ("怎么对行列式求梯度", "determinant-gradient"),
        ("xᵀAx", "quadratic-form"),
        ("Ax", "linear-map"),
        ("dU^{-1}/dt", "inverse-by-scalar"),
        ("torch.logdet", "logdet-gradient"),
        ("log det", "logdet-gradient"),
        ("det(X)", "determinant-gradient"),
        ("determinant", "determinant-gradient"),
        ("softmax gradient", "softmax-jacobian"),
        ("softmax求导", "softmax-jacobian"),
        ("行列式求导", "determinant-gradient"),
        ("SMW", "woodbury"),
        ("the gradient of xᵀAx", "quadratic-form"),
        ("xᵀAx 对 x 求导", "quadratic-form"),
        ("how to differentiate softmax", "softmax-jacobian"),
        ("softmax(z)", "softmax-jacobian"),
        (r"\frac{d}{dX} \det X", "determinant-gradient"),
        ("log(det(X))", "logdet-gradient"),
        ("Tr[AXB]", "trace-of-three-factors-by-middle"),
        ("U.inverse()", "inverse-by-scalar"),
        ("W x", "linear-map"),
        ("woodburyidentity", "woodbury"),
    ],
)
def test_a_search_finds_words_and_shapes_of_formulas(
    page: Page, address: str, typed: str, first: str
) -> None:
    page.goto(address)
    page.fill("#search", typed)
    page.wait_for_function("document.querySelector('#found').textContent !== ''")
    assert shown(page)[0] == first
    assert len(shown(page)) < len(ENTRIES)


@pytest.mark.parametrize(
    "typed", ["zzz", r"\\\\\\", "(?:[^a", "<script>", "量子", "x" * 100_000, "(zq " * 20_000]
)
def test_what_is_not_there_is_not_found(page: Page, address: str, typed: str) -> None:
    page.goto(address)
    page.fill("#search", typed)
    page.wait_for_function("document.querySelector('#found').textContent !== ''")
    assert shown(page) == []
    page.fill("#search", "")
    page.wait_for_function("document.querySelector('#found').textContent === ''")
    assert sorted(shown(page)) == sorted(ENTRIES)


def test_the_names_of_functions_are_those_of_the_language_and_of_the_formulas(
    page: Page, address: str
) -> None:
    page.goto(address)
    names = str(page.get_attribute("#entries", "data-functions")).split()
    assert {"logsumexp", "det", "vec", "sinh", "inv"} <= set(names)
    assert names == sorted(names, key=lambda name: -len(name))
    assert not {"right", "end", "hat", "ReLU"} & set(names)


def test_a_function_that_is_printed_under_a_name_of_its_own_is_called_by_it() -> None:
    claim = WebClaim("", "proved", (WebForm((), r"\operatorname{ReLU}(\hat{\M x}) = \M x", ()),))
    shown = EntryPage("1.1", "one", Text("名", "name"), everywhere=(claim,))
    names = called(Document(Text("题", "T"), (SectionPage("1", "s", Text("节", "s"), (shown,)),)))
    assert "ReLU" in names
    assert "hat" not in names


def test_the_layout_switch_changes_the_formulas(page: Page, address: str) -> None:
    page.goto(address)
    derivative = page.locator("#linear-map .claim .form:visible math")
    said = {}
    for layout in "NDM":
        page.check(f"#layout input[value={layout}]", force=True)
        said[layout] = derivative.all_text_contents()
    assert said["N"] == said["M"] != said["D"]


def test_a_page_in_one_layout_and_one_language_begins_with_them(page: Page, tmp_path: pathlib.Path) -> None:
    catalogue = part_of_the_catalogue()
    report = check_entries(catalogue)
    made = render_page(document(catalogue, report, "en", "denominator"), catalogue, report)
    page.goto(write_page(tmp_path, made).as_uri())
    assert [page.locator("#layout input").count(), page.locator("#layout input:checked").count()] == [1, 1]
    assert page.locator("body [lang=zh]:visible").count() == 0
    assert page.locator("#chapter option").first.text_content() == "all chapters"
    assert set(
        page.locator("#linear-map .claim .form:visible").evaluate_all(
            "(all) => all.map((f) => f.dataset.in ?? '')"
        )
    ) <= {"", "D"}
    page.fill("#search", "Ax")
    page.wait_for_function("document.querySelector('#found').textContent !== ''")
    assert shown(page)[0] == "linear-map"


def test_the_language_switch_hides_the_other_language(page: Page, address: str) -> None:
    page.goto(address)
    page.check("#language input[value=zh]", force=True)
    assert page.locator("body [lang=en]:visible").count() == 0
    page.check("#language input[value=en]", force=True)
    assert page.locator("body [lang=zh]:visible").count() == 0


def test_a_permalink_opens_the_derivation(page: Page, address: str) -> None:
    page.goto(f"{address}#quadratic-form")
    page.wait_for_selector("#quadratic-form .steps tr")
    assert page.locator("#quadratic-form .pitfall s math").count() >= 1


def test_a_search_says_what_it_looked_for_instead(page: Page, address: str) -> None:
    page.goto(address)
    for typed, told in (
        ("softmx", "“softmax”"),
        ("sofmax的雅可比", "“softmax 的雅可比”"),
        ("量子softmax", "nearest"),
    ):
        page.fill("#search", typed)
        page.wait_for_function(f"document.querySelector('#found').textContent.includes('{told}')")


@pytest.mark.parametrize("place", ["100%", "%E4", "nowhere", "entries", '"><b>'])
def test_a_permalink_to_nothing_breaks_nothing(page: Page, address: str, place: str) -> None:
    page.goto(f"{address}#{place}")
    assert page.locator("details[open]").count() == 0
    page.fill("#search", "softmax")
    page.wait_for_selector("#results #softmax-jacobian")


def test_a_permalink_shows_what_a_search_or_a_filter_hides(page: Page, address: str) -> None:
    page.goto(address)
    for hide in (lambda: page.fill("#search", "softmax"), lambda: page.select_option("#verdict", "checked")):
        hide()
        page.wait_for_selector("#woodbury", state="hidden")
        page.evaluate("location.hash = 'woodbury'")
        page.wait_for_selector("#woodbury .body section")
        page.evaluate("location.hash = ''")


def test_what_a_search_found_can_be_opened_and_copied(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.fill("#search", "Woodbury")
    page.click("#results #woodbury summary")
    page.wait_for_selector("#results #woodbury .steps tr")
    claim = page.locator("#results #woodbury .claim").first
    claim.hover()
    claim.locator("button[data-copy=claim]").click()
    page.wait_for_function("window.copied !== undefined")
    assert page.evaluate("window.copied").startswith("inv(A + U @ C @ V) ==")


@pytest.mark.parametrize(
    ("what", "start"), [("claim", "grad("), ("numpy", "A.T @"), ("torch", "A.T @"), ("latex", r"\nabla")]
)
def test_buttons_copy(page: Page, address: str, what: str, start: str) -> None:
    page.goto(f"{address}#trace-of-three-factors-by-middle")
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    claim = page.locator("#trace-of-three-factors-by-middle .claim").first
    claim.hover()
    claim.locator(f"button[data-copy={what}]").click()
    page.wait_for_function("window.copied !== undefined")
    assert page.evaluate("window.copied").startswith(start)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1200])
def test_nothing_serious_stands_in_the_way_of_anyone(
    browser: Browser, address: str, theme: str, width: int
) -> None:
    context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}#softmax-jacobian")
    page.wait_for_selector("#softmax-jacobian .steps tr")
    page.wait_for_function("'ready' in document.documentElement.dataset")
    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_a_derivative_is_opened_in_the_calculator_in_the_layout_chosen(page: Page, address: str) -> None:
    page.goto(address)
    page.check("#layout input[value=D]", force=True)
    page.locator("#quadratic-form .claim").first.hover()
    link = page.locator("#quadratic-form .claim .ask").first
    link.focus()
    page.wait_for_function("document.querySelector('#quadratic-form .ask').href.includes('#')")
    asked = parse_qs(str(link.get_attribute("href")).removeprefix("derive.html#"))
    assert asked == {"e": ["x.T @ A @ x"], "x": ["x"], "g": ["A: [n, n], x: [n]"], "l": ["denominator"]}
    assert page.locator("#product-not-commutative .ask").count() == 0
    assert page.get_attribute("header a.elsewhere", "href") == "derive.html"


def test_a_print_has_no_controls(page: Page, address: str) -> None:
    page.goto(address)
    page.emulate_media(media="print")
    assert not page.locator(".controls").is_visible()
    assert page.locator("article:visible").count() == len(ENTRIES)


def test_statements_are_read_without_a_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("#quadratic-form math").count() >= 2
    assert "Quadratic form" in (page.text_content("#quadratic-form h3") or "")
    context.close()


def test_the_lists_to_choose_from_speak_one_language_too(page: Page, address: str) -> None:
    page.goto(address)
    for language, first in (("zh", "全部章节"), ("en", "all chapters"), ("both", "全部章节 · all chapters")):
        page.check(f"#language input[value={language}]", force=True)
        assert page.locator("#chapter option").first.text_content() == first


def test_a_print_from_the_dark_theme_is_dark_on_white(page: Page, address: str) -> None:
    page.goto(address)
    page.click("#theme")
    if page.evaluate("document.documentElement.dataset.theme") != "dark":
        page.click("#theme")
    page.emulate_media(media="print", color_scheme="dark")
    for place in ("h3 [lang=en]", ".badge", ".given"):
        colour = page.locator(place).first.evaluate("(element) => getComputedStyle(element).color")
        assert max(map(int, colour.removeprefix("rgb(").removesuffix(")").split(","))) < 160, place
