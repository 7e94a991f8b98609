# `make`        virtual environment, dependencies, TeX when missing, then the PDFs and the pages in build/
# `make web`    the pages for a browser alone: index.html, and derive.html where npm is
# `make site`   all of it as static files in build/site: pages, PDFs and the catalogue for other programs
# `make test`   the same preparation, then the whole test suite (it builds real PDFs)
# `make check`  formatting, lint, types, tests: what a change must pass, and what CI runs
# `make verify` the whole catalogue by SymPy as well; some minutes the first time
# `make update` the newest releases of all dependencies, pinned with their hashes in requirements.lock
# `make test-lowest`, `make test-newest`
#               the test suite against the lowest, the newest versions that pyproject.toml allows

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Compiled once, and not by each of the processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := pdf
.PHONY: pdf web site install update tex browser test test-full verify test-lowest test-newest check format picture clean

pdf: install tex
	$(BIN)/cheatsheet build

web: install
	$(BIN)/cheatsheet build --no-pdf

site: pdf
	rm -rf build/site && mkdir -p build/site
	cp build/index.html build/cheatsheet.pdf build/handbook.pdf build/site/
	test ! -e build/derive.html || cp build/derive.html build/site/
	for kind in anki:apkg json:json csv:csv md:md; do \
	  $(BIN)/cheatsheet export $${kind%:*} -o build/site/cheatsheet.$${kind#*:} || exit 1; done

install: $(STAMP)

# What is installed is pinned and hashed, the build backend too; pyproject.toml says what a user of the wheel may have.
$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo 'The venv module is missing: apt-get install python3-venv' >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

update:
	PYTHON='$(PYTHON)' scripts/dependencies.sh update

test-lowest test-newest: tex
	PYTHON='$(PYTHON)' scripts/dependencies.sh $@

# Without TeX the build still checks everything and then says what to install: no reason to stop.
tex:
	@scripts/install-tex.sh || true

browser:
	@command -v chromium >/dev/null || scripts/install-tex.sh chromium

test: install tex browser
	$(BIN)/python -m tools.coverage --check
	$(BIN)/python -m pytest -n auto

# No samples: every mutant, every derivation, thousands of random claims; about a quarter of an hour.
test-full: install tex browser
	$(BIN)/python -m pytest --full -n auto

# What the prover says against what SymPy finds by itself; what was judged before is not judged again.
verify: install
	$(BIN)/cheatsheet check identities.yaml --sympy

check: install tex browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m tools.coverage --check
	$(BIN)/python -m pytest -n auto

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# For the README: the first page of the sheet, and the page of the handbook with the quadratic form.
picture: pdf
	pdftoppm -f 1 -l 1 -r 137 -png -singlefile build/cheatsheet.pdf docs/sheet
	page=$$(pdfinfo -dests build/handbook.pdf | awk '/"entry.quadratic-form"/ {print $$1}') && \
	  pdftoppm -f $$page -l $$page -r 110 -png -singlefile build/handbook.pdf docs/handbook

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
