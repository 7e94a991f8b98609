"""The calculator in a real browser, from a file, without a network: the same answers as on the command line."""

from __future__ import annotations

import contextlib
import fcntl
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from cheatsheet import derive
from cheatsheet.pages.calculator import calculator_beside, write_calculator
from cheatsheet.pages.calculator_kept import NoCalculatorError

CHROMIUM = "/usr/bin/chromium"
FLAGS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync".split()
QUESTIONS = yaml.safe_load(
    (Path(__file__).parents[1] / "corpus" / "browser.yaml").read_text(encoding="utf-8")
)
ENDLESS = "diff(logsumexp(x), x, x, x, x, x)"
"""Half a minute and more."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page, made once for all processes that test."""
    shared = tmp_path_factory.getbasetemp().parent
    with (shared / "calculator.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return write_calculator(shared / "calculator").as_uri()
        except NoCalculatorError as reason:
            pytest.skip(str(reason))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
    made = context.new_page()
    complaints: list[str] = []
    made.on("console", lambda message: complaints.append(message.text))
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("request", lambda asked: complaints.append(asked.url) if asked.url.startswith("http") else None)
    made.goto(address)
    made.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    yield made
    context.close()
    assert complaints == []


def enter(page: Page, expression: str, wrt: str, given: str = "", layout: str = "numerator") -> None:
    """Fill in the form and send it, without waiting for what comes of it."""
    page.evaluate(
        "document.querySelector('#result').replaceChildren()"
    )  # so that a layout chosen asks for nothing
    page.check(f"#layout input[value={layout}]", force=True)
    for name, text in (("expression", expression), ("wrt", wrt), ("given", given)):
        page.fill(f"#{name}", text)
    page.press("#expression", "Enter")


def answered(page: Page, press: Any) -> None:
    """Do something and wait until the engine has answered."""
    before = page.evaluate("document.documentElement.dataset.answered ?? '0'")
    press()
    page.wait_for_function(
        f"(document.documentElement.dataset.answered ?? '0') !== '{before}'", timeout=60_000
    )


def test_forty_derivatives_come_out_as_on_the_command_line(page: Page) -> None:
    page.wait_for_function("document.documentElement.dataset.engine === 'ready'", timeout=60_000)
    assert len(QUESTIONS) >= 40
    for question in QUESTIONS:
        asked = {"given": "", "layout": "numerator"} | question
        expression = asked.pop("expr")
        found = page.evaluate(
            "(request) => calculator.ask(request)", {"task": "derive", "expression": expression, **asked}
        )
        wanted = derive(expression, **asked).to_json()
        assert found["document"] == json.loads(json.dumps(wanted)), expression


def test_the_answer_is_shown_with_its_reading_verdict_steps_and_code(page: Page) -> None:
    answered(page, lambda: enter(page, "x.T @ A @ x", "x", layout="denominator"))
    told = page.inner_text("#result")
    for part in ("x: [n]", "A: [n, n]", "(A + A.T) @ x", "n×1", "proved", "torch"):
        assert part in told, part
    assert page.locator("#result .steps tr").count() >= 4
    assert page.locator("#result .answer math").count() == 1
    answered(page, lambda: page.check("#layout input[value=numerator]", force=True))
    assert "x.T @ (A + A.T)" in page.inner_text("#result")


def test_a_mistake_is_shown_at_its_place(page: Page) -> None:
    answered(page, lambda: enter(page, "x.T @ softmx(x)", "x"))
    assert page.inner_text("#expression-said mark").startswith("softmx")
    assert "softmax" in page.inner_text("#expression-said .hint")
    assert page.get_attribute("#expression", "aria-invalid") == "true"
    answered(page, lambda: enter(page, "x.T @ x", "x", "x: [n"))
    assert page.locator("#given-said .message").is_visible()


def test_an_answer_of_ones_own_is_judged(page: Page) -> None:
    answered(page, lambda: enter(page, "x.T @ A @ x", "x"))
    for own, verdict in (("2 * x.T @ A", "refuted"), ("(A @ x + A.T @ x).T", "proved")):
        page.fill("#answer", own)
        answered(page, lambda: page.press("#answer", "Enter"))
        assert page.locator(f"#judged .badge.{verdict}").count() == 1, own
        assert bool(page.locator("#judged .counter math").count()) == (verdict == "refuted")
    page.fill("#answer", "2 * A @ x")
    answered(page, lambda: page.press("#answer", "Enter"))
    assert "n×1" in page.inner_text("#answer-said")


def test_what_has_been_worked_out_is_not_read_once_more(page: Page) -> None:
    for _ in range(2):  # the second time at once, before what was typed would be read
        answered(page, lambda: enter(page, "x.T @ x", "x"))
    page.wait_for_timeout(600)  # longer than reading waits for the next key
    assert page.locator("#reading").is_hidden()


def test_what_is_typed_is_read_before_it_is_worked_out(page: Page) -> None:
    page.fill("#given", "")
    page.fill("#expression", "tr(A @ X @ B)")
    page.fill("#wrt", "X")
    page.wait_for_function("document.querySelector('#reading')?.textContent.includes('X: [')")
    assert page.locator("#reading math").count() == 1


@pytest.mark.parametrize(
    ("button", "start"), [("LaTeX", r"\frac{\partial"), ("claim", "diff(a.T @ x, x)"), ("text", "a.T")]
)
def test_buttons_copy(page: Page, button: str, start: str) -> None:
    answered(page, lambda: enter(page, "a.T @ x", "x", "a: [n]"))
    page.evaluate("window.copied = undefined")
    page.locator("#result .copies button", has_text=button).click()
    page.wait_for_function("window.copied !== undefined")
    assert page.evaluate("window.copied").startswith(start)


def test_an_address_says_what_was_asked(page: Page, address: str) -> None:
    answered(page, lambda: enter(page, "a.T @ x", "x", "a: [n]", "denominator"))
    page.locator("#permalink").click()
    page.wait_for_function("window.copied !== undefined && window.copied.includes('#')")
    link = page.evaluate("window.copied")
    assert (
        link
        == f"{address}#e={quote('a.T @ x', safe='').replace('%20', '+')}&x=x&g=a%3A+%5Bn%5D&l=denominator"
    )
    changed = link.replace("l=denominator", "a=a.T").replace("a.T+%40+x", "sum(x)*a.T+%40+x")
    answered(page, lambda: page.goto(changed))
    assert page.input_value("#expression") == "sum(x)*a.T @ x"
    page.wait_for_selector("#judged .badge.refuted")


def test_a_long_derivation_is_stopped_and_the_next_one_answered(page: Page) -> None:
    enter(page, ENDLESS, "x")
    page.wait_for_selector("#cancel:visible")
    page.fill("#wrt", "xy")  # the page answers meanwhile
    assert page.input_value("#wrt") == "xy"
    page.click("#cancel")
    answered(page, lambda: enter(page, "norm(x) ** 2", "x"))
    assert "2 * x.T" in page.inner_text("#result")


def test_of_questions_asked_at_once_the_last_is_answered(page: Page) -> None:
    answered(page, lambda: enter(page, "x.T @ x", "x"))
    ask = """(questions) => {
        for (const [expression, layout] of questions) {
            document.querySelector("#expression").value = expression;
            document.querySelector(`#layout input[value=${layout}]`).checked = true;
            document.querySelector("#question").requestSubmit();
        }
    }"""
    three = [["softmax(x)", "mixed"], ["logsumexp(x)", "mixed"], ["sum(x ** 3)", "denominator"]]
    answered(page, lambda: page.evaluate(ask, three))
    assert "3 * x ** 2" in page.inner_text("#result")
    assert page.evaluate("location.hash") == "#e=sum%28x+**+3%29&x=x&l=denominator"
    answered(page, lambda: enter(page, "x.T @ x", "x"))


def test_no_answer_stands_below_a_question_that_it_does_not_belong_to(page: Page) -> None:
    answered(page, lambda: enter(page, "x.T @ x", "x"))
    page.fill("#answer", "2 * x.T")
    answered(page, lambda: page.press("#answer", "Enter"))
    assert page.locator("#judged .badge.proved").is_visible()
    page.fill("#answer", "2 * x")
    answered(page, lambda: page.press("#answer", "Enter"))
    assert page.locator("#judged .badge").count() == 0
    page.fill("#expression", "x.T @ y")
    page.fill("#answer", "2 * x.T")
    answered(page, lambda: page.press("#answer", "Enter"))
    assert page.locator("#judged .badge.proved").count() == 1
    assert page.evaluate("location.hash").startswith("#e=x.T+%40+x&")
    page.fill("#expression", "x.T @ softmx(x)")
    answered(page, lambda: page.press("#expression", "Enter"))
    assert page.inner_text("#result") == ""
    assert not page.locator("#own").is_visible()


def test_what_breaks_the_engine_is_told_in_a_line_and_the_next_question_answered(page: Page) -> None:
    answered(page, lambda: enter(page, "x.T @ x", "x"))
    page.fill("#expression", "3 * x")
    page.evaluate("""() => {
        const sent = Worker.prototype.postMessage;
        Worker.prototype.postMessage = function ({ number }) {
            Worker.prototype.postMessage = sent;
            sent.call(this, { number, request: { task: "none" } });
        };
    }""")
    page.press("#expression", "Enter")
    page.wait_for_function("document.querySelector('#state').textContent.includes('KeyError')")
    assert "\n" not in page.inner_text("#state")
    answered(page, lambda: enter(page, "a.T @ x", "x"))


def test_nothing_stands_in_the_way_of_anyone(page: Page) -> None:
    answered(page, lambda: enter(page, "softmax(x)", "x"))
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for width in (320, 390, 1200):
            page.set_viewport_size({"width": width, "height": 900})
            found = Axe().run(page).response["violations"]
            assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == [], (theme, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    for language, other in (("zh", "en"), ("en", "zh")):
        page.check(f"#language input[value={language}]", force=True)
        assert page.locator(f"body [lang={other}]:visible").count() == 0
    page.check("#language input[value=both]", force=True)
    page.emulate_media(media="print")
    assert not page.locator("#question").is_visible()
    assert page.locator("#result .answer").is_visible()
    page.emulate_media(media="screen")


def test_what_npm_brings_is_pinned_by_checksums_and_names_no_host() -> None:
    folder = Path(__file__).parents[2] / "web" / "calculator"
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in wanted.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    for name, package in lock.items():
        assert not name or package["integrity"].startswith("sha512-")
        assert "resolved" not in package


def test_without_npm_the_reason_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(NoCalculatorError, match=r"^derive.html is not made: node is not installed$"):
        write_calculator(tmp_path / "out")


def test_it_is_made_beside_a_build_and_ended_with_one_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools, out = tmp_path / "tools", tmp_path / "out"
    tools.mkdir()
    for name, does in (("node", "exit 1"), ("npm", "exec sleep 600")):
        (tools / name).write_text(f"#!/bin/sh\necho $$ > '{tmp_path}/{name}'\n{does}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with calculator_beside(out, False) as made:
        assert made() == (None, "")
    monkeypatch.setenv("PATH", "")
    with calculator_beside(out, True) as made:
        assert made() == (None, "derive.html is not made: node is not installed")
    monkeypatch.setenv("PATH", f"{tools}:/bin:/usr/bin")
    with contextlib.suppress(KeyError), calculator_beside(out, True):
        while not (tmp_path / "npm").exists():
            time.sleep(0.01)
        raise KeyError
    npm = int((tmp_path / "npm").read_text())
    for _ in range(500):  # until its parent, or whoever takes over, has taken note of its end
        if not Path(f"/proc/{npm}").exists():
            return
        time.sleep(0.01)
    pytest.fail("it goes on")
