# AIMA - `make demo` to see it work, `make test` to see it proven.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AIMA := $(BIN)/aima
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: help setup demo test check up down clean

help:
	@echo "make setup   install AIMA and its models"
	@echo "make demo    analyse a sample (MEDIA=path for your own files)"
	@echo "make test    run the tests on a real local stack"
	@echo "make check   ruff, mypy strict, layers, package cycles"
	@echo "make up      start the local stack;  make down  stop it"
	@echo "make clean   remove the virtual environment and caches (not your data)"

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(DEV_STAMP): $(STAMP)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[decord,hub,dev]'
	@touch $@

setup: $(STAMP)
	$(AIMA) models build

demo: setup
	$(AIMA) demo $(if $(MEDIA),--media "$(MEDIA)")

test: $(DEV_STAMP)
	$(AIMA) models build
	$(BIN)/python -m pytest

check: $(DEV_STAMP)
	$(BIN)/ruff format --check aima jobs tests
	$(BIN)/ruff check aima jobs tests
	$(BIN)/mypy
	$(BIN)/lint-imports

up: setup
	$(AIMA) up

down:
	$(AIMA) down

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
