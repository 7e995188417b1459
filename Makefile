# make run: a first search.  make test: lint, types, docs and every test of under two seconds, in a few minutes.
# make test-all: the slow tests too: real trainings, kills, packaging, servers, a browser.  make install: the set-up alone.
PYTHON ?= python3
VERSION = $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# .venv, unless make was asked for another Python than the one that it has
VENV := $(if $(filter-out file,$(origin PYTHON)),$(if $(wildcard .venv/lib/python3*),$(if $(wildcard .venv/lib/python$(VERSION)),.venv,.venv-$(VERSION)),.venv),.venv)
BIN := $(VENV)/bin
READY := $(VENV)/.ready-to-run
DONE := $(VENV)/.installed
PROJECTS := pyproject.toml plugins/*/pyproject.toml

define set_up
$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("nasplug needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.11")'
$(PYTHON) -m venv $(VENV)
$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(1)
touch $(READY)
endef

.PHONY: install run test test-all lint docs clean

install: $(DONE)

$(READY): requirements-run.txt $(PROJECTS)
	$(call set_up,$<)

$(DONE): requirements.txt requirements-run.txt $(PROJECTS) examples/*/pyproject.toml
	$(call set_up,$<)
	touch $@

run: $(READY)
	$(BIN)/nasplug run --space proxyless --strategy neural_predictor

test: lint docs
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-all: lint docs
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: install
	$(BIN)/sphinx-build -W --keep-going -q -E docs docs/_build

clean:
	rm -rf $(VENV) docs/_build
