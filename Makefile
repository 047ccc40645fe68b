# Dialdeck: the commands of the checkout. Only make and Python 3.11 or newer are assumed.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
READ   := $(VENV)/.tests-read
UV     ?= uv

# No download cache is kept: nothing outside the checkout is touched.
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input --no-cache-dir

.DEFAULT_GOAL := help
.PHONY: help install run test torture lint format bench pictures snapshots lock migration clean

help:
	@echo 'make run        build the demonstration shop and open it'
	@echo 'make test       every check: format, lint, types, room contracts, tests on both databases'
	@echo 'make torture    faults and fuzz for some minutes, at other moments every time'
	@echo 'make install    the environment in $(VENV), at once when nothing changed'
	@echo 'make lint       the checks without the tests'
	@echo 'make format     let ruff put the code in order'
	@echo 'make bench      print the figures the product promises'
	@echo 'make snapshots  renew the pictures the screen tests compare with'
	@echo 'make migration  write the first migration anew from the models'
	@echo 'make lock       renew requirements.lock (needs uv)'

install: $(STAMP)
	@:

$(STAMP): pyproject.toml requirements.lock
	@set -eu; \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  found=''; \
	  for candidate in $(PYTHON) python3.13 python3.12 python3.11; do \
	    if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$candidate; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo 'Dialdeck needs Python 3.11 or newer and found none. Install one, or name it: make PYTHON=/path/to/python3.12 install' >&2; exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$found"; \
	  rm -rf $(VENV); \
	  $$found -m venv $(VENV) || { rm -rf $(VENV); \
	    echo 'Python could not make a virtual environment (on Debian and Ubuntu: apt install python3-venv).' >&2; exit 1; }; \
	fi; \
	echo 'Installing the locked dependencies'; \
	$(PIP) install --quiet --require-hashes -r requirements.lock; \
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .; \
	$(BIN)/python -m compileall -q cli domain scheduler storage tui; \
	touch $(STAMP)

run: install
	@$(BIN)/dialdeck demo

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# In a fresh checkout the tests are read while mypy has the other core: four processes then load what one has written.
test: install
	@$(MAKE) --no-print-directory -j 2 lint $(READ)
	PYTHONDONTWRITEBYTECODE= REQUIRE_PG=1 $(BIN)/pytest -n 4 --dist worksteal -q

$(READ): $(STAMP) $(shell find tests -name '*.py')
	@if PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --collect-only -qq > /dev/null; then touch $@; fi  # or the tests tell

# SECONDS more or less for the faults, FUZZ times as many examples; a found seed is printed, to be tried again.
torture: SECONDS = 240
torture: FUZZ = 20
torture: install
	$(BIN)/python -m benchmarks.torture --seconds $(SECONDS)
	FUZZ=$(FUZZ) $(BIN)/pytest -q tests/cli/test_any_words.py tests/storage/test_any_configuration.py \
	  tests/domain/intake/test_any_file.py tests/domain/intake/test_reading.py tests/domain/calling/test_when_said.py \
	  tests/domain/contacts/test_phones.py

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install
	$(BIN)/python -m benchmarks

snapshots: install
	$(BIN)/pytest -q --snapshot-update tests/tui

pictures: install
	$(BIN)/python docs/make_pictures.py

migration: install
	$(BIN)/python -m storage.migrations.generate

lock:
	@command -v $(UV) >/dev/null || { echo 'make lock needs uv: https://docs.astral.sh/uv/ (or: make lock UV=/path/to/uv)' >&2; exit 1; }
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra dev pyproject.toml -o requirements.lock
	@{ echo '# Every dependency with its hashes, for Python 3.11 and newer on every platform.'; \
	   echo '# Made from pyproject.toml by: make lock'; cat requirements.lock; } > requirements.lock.new
	@mv requirements.lock.new requirements.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
