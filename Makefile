# Everything runs in .venv, so nothing is installed by hand or left behind elsewhere.
PYTHON ?= python3
PORT   ?= 8000
VENV   := .venv
BIN    := $(VENV)/bin

export NO_MKDOCS_2_WARNING = 1

.PHONY: setup serve site test lint bench browser clean
.DEFAULT_GOAL := serve

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
