# Everything runs in .venv, so nothing is installed by hand or left behind elsewhere.
PYTHON ?= python3
PORT   ?= 8000
VENV   := .venv
BIN    := $(VENV)/bin

# Material prints a notice about MkDocs 2 on every build; pyproject.toml pins MkDocs 1.
export NO_MKDOCS_2_WARNING = 1

.DEFAULT_GOAL := serve
.PHONY: setup site serve test tests lint style types check system fuzz bench stills clean

setup: $(VENV)/ready

# torch comes first and alone: a range, or a dependency that asks for it, would fetch gigabytes of CUDA.
$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet --editable '.[demos]'
	touch $@

$(VENV)/ready-test: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --editable '.[demos,test]'
	touch $@

site: setup
	$(BIN)/python -m mkdocs build --quiet --strict

serve: site
	$(BIN)/python -m demos serve --port $(PORT)

lint: style types

style: $(VENV)/ready-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/ready-test
	$(BIN)/mypy

check: setup
	$(BIN)/python -m glossary check

# What the tests need of the system, installed where missing: Chromium, four faces, nginx.
system: $(VENV)/ready-test
	sh tests/install-system-packages.sh $(BIN)/python

# What takes long comes first; tests/conftest.py says how many workers there are.
tests: system
	$(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder

# Types and terms are checked while the system's packages come, and beside the tests.
test: style
	@$(MAKE) --no-print-directory -j3 types check tests

# The property tests with examples that no run before has seen; more with each call.
fuzz: $(VENV)/ready-test
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile random

bench: system site
	$(BIN)/python -m tests.bench

# The pictures that the pages show, drawn again by the models as they are now.
stills: setup
	$(BIN)/python -m demos stills

clean:
	rm -rf site build dist .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
