# AIMA - `make demo` to see it work, `make test` to see it proven.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AIMA := $(BIN)/aima
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := aima jobs tests

.PHONY: help setup demo test test-faults test-long test-quality bench bench-scaling bench-appearances bench-vectors check up down clean

help:
	@echo "make setup   install AIMA and its models"
	@echo "make demo    analyse a sample (MEDIA=path for your own file or folder)"
	@echo "make test    run the tests on a real local stack"
	@echo "make test-quality  how well search finds, on real media: minutes"
	@echo "make test-faults   take servers away, kill processes, feed hostile files: 20 minutes"
	@echo "make test-long   the same at full length, and what memory long media take: hours"
	@echo "make bench   AIMA against its peers on the same work: half an hour (ARGS=--quick: minutes)"
	@echo "make bench-scaling  one, two and four simulated machines, stage costs replayed"
	@echo "make bench-appearances   what pages cost among a million appearances"
	@echo "make bench-vectors   measure the local vector server with 100,000 vectors"
	@echo "make check   ruff, mypy strict, layers, package cycles"
	@echo "make up      start the local stack;  make down  stop it"
	@echo "make clean   remove the virtual environment and caches (not your data)"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "AIMA needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) has no venv module: install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing AIMA into $(VENV)"
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(DEV_STAMP): $(STAMP)
	@echo "installing what tests and checks need"
	@$(PIP) install --constraint constraints.txt --editable '.[decord,hub,dev]'
	@touch $@

setup: $(STAMP)
	$(AIMA) models build

demo: setup
	$(AIMA) demo $(if $(MEDIA),--media "$(MEDIA)")

test: $(DEV_STAMP)
	$(AIMA) models build --all
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=40

test-faults: $(DEV_STAMP)
	$(AIMA) models build
	$(BIN)/python -m pytest -m "faults and not long" -n 2 --dist loadfile -rP tests

test-long: $(DEV_STAMP)
	$(AIMA) models build --all
	AIMA_TEST_LONG=1 $(BIN)/python -m pytest -m faults -s tests

test-quality: $(DEV_STAMP)
	$(AIMA) models build
	$(BIN)/python -m pytest -m quality -s tests

bench: $(DEV_STAMP)
	$(AIMA) models build
	@$(PIP) install --constraint constraints.txt --no-deps daft
	$(BIN)/python -m tests.benchmarks.engine $(ARGS)

bench-scaling: $(DEV_STAMP)
	$(BIN)/python -m tests.benchmarks.engine.scaling $(ARGS)

bench-appearances: $(DEV_STAMP)
	$(AIMA) up
	$(BIN)/python -m tests.benchmarks.appearances

bench-vectors: $(DEV_STAMP)
	$(BIN)/python -m tests.benchmarks.vectors

check: $(DEV_STAMP)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

up: setup
	$(AIMA) up

down:
	$(AIMA) down

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
