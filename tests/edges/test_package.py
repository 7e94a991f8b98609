"""The installed package stands alone: catalogue, templates and words travel inside it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import cheatsheet

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with what the wheel installs."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python with the installed package and not the checkout, in a directory that has neither."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(
        command,
        env=environment,
        cwd=installed.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_catalogue_is_found_outside_the_checkout(installed: Path) -> None:
    code = "import cheatsheet; c = cheatsheet.load(); print(len(c)); print(c.path)"
    done = run(installed, "-c", code)
    number, path = done.stdout.splitlines()
    assert int(number) == len(cheatsheet.load())
    assert Path(path).is_relative_to(installed)


def test_templates_and_drafts_are_found_outside_the_checkout(installed: Path) -> None:
    code = (
        "from cheatsheet.packaged import packaged; from cheatsheet.pages.templating import environment;"
        "print(packaged('templates'));"
        "environment().get_template('sheet.tex'); from cheatsheet.catalogue.drafts import draft; draft('a')"
    )
    done = run(installed, "-c", code)
    assert done.stderr == ""
    assert Path(done.stdout.strip()).is_relative_to(installed)


def test_the_command_line_works_outside_the_checkout(installed: Path) -> None:
    first = next(iter(cheatsheet.load())).id
    done = run(installed, "-m", "cheatsheet", "check", first, "--packaged")
    assert done.returncode == 0
    assert done.stderr.startswith("checking ")
    assert done.stdout.startswith(f"✓ {first}")


def test_users_get_types(installed: Path) -> None:
    assert (installed / "cheatsheet" / "py.typed").is_file()
    code = (
        "import cheatsheet\n"
        "found = cheatsheet.derive('x.T @ x', wrt='x')\n"
        "reveal_type(found.verdict.status)\n"
        "reveal_type(cheatsheet.load()['a'].claims[0].text)\n"
        "found.nothing\n"
    )
    (installed.parent / "user.py").write_text(code, encoding="utf-8")
    environment = {**os.environ, "MYPYPATH": str(installed)}
    command = [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "user.py"]
    done = subprocess.run(
        command,
        cwd=installed.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    revealed = [line.split("note: ")[1] for line in done.stdout.splitlines() if "Revealed" in line]
    assert len(revealed) == 2
    assert all("str" in line for line in revealed), done.stdout
    assert 'has no attribute "nothing"' in done.stdout


# --- dependencies ----------------------------------------------------------------------------------------------------


def test_what_make_installs_is_pinned_and_hashed_and_names_no_place() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--index|--find|/opt|/home|/root|/work", text)
    pinned = {}
    for block in re.split(r"\n(?=\S)", text):
        if match := re.match(r"([a-z0-9-]+)==\S+", block):
            pinned[match[1]] = block.count("--hash=sha256:")
    assert min(pinned.values()) >= 1
    assert pinned["numpy"] > 20  # of every system, not of this one alone
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["dev"]]
    names = {re.split(r"[<>=!~ ]", one)[0].lower() for one in [*wanted, *project["build-system"]["requires"]]}
    assert names <= pinned.keys(), "make update"
