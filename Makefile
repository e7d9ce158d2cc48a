# Everything that a person or CI runs. Python 3.10 or newer is all that is needed beforehand.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ASSIGNMENTS := $(notdir $(patsubst %/,%,$(dir $(wildcard assignments/*/assignment.toml))))
SEEDS ?= 2
# Tests that wait (for a limit, a page, a save) leave a processor free: one job more than there are.
JOBS ?= $(shell $(PYTHON) -c "import os; print(os.cpu_count() + 1)")
# A file's tests share what they start; the files in the order of tests/conftest.py, the longest first.
SPREAD := --dist loadfile --no-loadscope-reorder

# Files that are tried with random examples; `make slow` tries all of them.
WITH_EXAMPLES := $(shell grep -rl "from tests.examples" tests --include="test_*.py")

# Tests are compiled once and not by every job, whatever the shell says of other programs.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test slow audit browser lint bench catalogs pins clean

demo: $(VENV)/program  ## judge a half-finished hw1, then the reference
	$(BIN)/d2d check hw1 tests/corpus/readme/kim.py; test $$? -eq 1
	$(BIN)/d2d check hw1 reference/hw1.py

test: $(VENV)/development  ## the whole suite; layers first: they are applied in forks of a process without threads
	$(BIN)/python -m pytest -q tests/worker/layers
	$(BIN)/python -m pytest -q -n $(JOBS) $(SPREAD) --ignore tests/worker/layers

slow: $(VENV)/development  ## what takes minutes and is left out of the default suite
	$(BIN)/python -m pytest -q -n $(JOBS) $(SPREAD) -m slow
	D2D_ALL_EXAMPLES=1 $(BIN)/python -m pytest -q -n $(JOBS) $(SPREAD) $(WITH_EXAMPLES)

audit: $(VENV)/development $(ASSIGNMENTS:%=audit-%)  ## prove the cases of every assignment, with few seeds

audit-%: $(VENV)/development
	@echo "== $*"
	@$(BIN)/d2d audit $* --seeds $(SEEDS) $(if $(MUTANTS),--mutants $(MUTANTS))

browser:  ## what the tests of pages need beside a Chromium; without it they are skipped
	cd tests/browser && npm install --no-package-lock --ignore-scripts --no-audit --no-fund

lint: $(VENV)/development
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/development  ## seconds and ratios, measured in one run
	$(BIN)/python tests/bench

catalogs: $(VENV)/development  ## collect what is to be translated, compile what is
	$(BIN)/python tests/catalogs.py

pins:  ## ask the index for the hashes of what the staff's workflow installs
	$(PYTHON) .github/pins.py

clean:
	rm -rf $(VENV) build dist

$(VENV)/program: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/development: $(VENV)/program
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev,torch,dask]"
	touch $@
