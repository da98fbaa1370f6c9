.PHONY: install run test check format lint types floors lock clean
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONUTF8 = 1

install: $(VENV)/.runtime
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@
$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

run: install            ## the product at http://localhost:3978/, with SQLite and no account anywhere
	$(BIN)/python -m bot serve

test: $(VENV)/.dev      ## the tests that need Python and the package registry alone
	$(BIN)/python -m pytest -n auto -m "not browser"

check: $(VENV)/.dev     ## format, lint, strict types, import floors, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n auto -m "not browser"

test-all: $(VENV)/.dev  ## everything, with the system packages that it needs
	bash .ci/system-packages
	$(BIN)/python -m pytest -n auto

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.dev      ## pin and hash what requirements*.in ask for
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt
