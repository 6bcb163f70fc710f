# What a person does in a checkout. `make serve` and `make test` need nothing but Python 3.11 to 3.13.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
ENGINES ?= oxigraph
# One more than there are cores: some tests wait for deadlines.
WORKERS ?= $(shell expr $$(nproc) + 1)

VENV := .venv
BIN := $(VENV)/bin
DATA := .wicara
PICTURES := screenshots
INSTALLED := $(VENV)/installed
TOOLS := $(VENV)/tools
BROWSER := $(VENV)/browser
HAS_CHROMIUM := [ -n "$$(for name in chromium-headless-shell chromium chromium-browser google-chrome; do command -v $$name; done)" ]
PACKAGES := graph ontology queries server
FROM_NPM := $(patsubst %,tests/%/node_modules/installed,clients browser)
BUILT := server/static/built/made
WEB := $(shell find server/web 2>/dev/null -path server/web/node_modules -prune -o -type f -print)
TYPED := .mypy_cache/tree
UNBUILT := $(VENV)/scripts-failed
ENTRIES := $(notdir $(wildcard server/web/entries/*.js))
# Where a registry cannot be reached, npm alone would try for twenty minutes.
QUIETLY := --no-audit --no-fund --no-package-lock --silent --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=20000
# Tests that follow one another share their servers: a process takes them in one piece, and helps the other at the end.
PYTEST := --numprocesses $(if $(TESTS),0,$(WORKERS)) --dist worksteal
# Python compiles what is imported: that is a fifth of what pip would compile.
INSTALL := $(BIN)/python -m pip install --quiet --no-compile
COVERED := $(CURDIR)/wicara,$(CURDIR)/graph,$(CURDIR)/ontology,$(CURDIR)/queries,$(CURDIR)/server

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Images of containers often set it: then each process would compile all modules anew.
export PYTHONDONTWRITEBYTECODE :=
export PATH := $(PATH):$(CURDIR)/$(BIN)

.PHONY: help serve scripts wheel tested-with test test-long spark test-spark test-engines coverage lint bench size growth reviewing conformance compare screenshots chromium java virtuoso clean

help:
	@echo 'make serve   install into $(VENV), build the dataset, serve it on http://$(HOST):$(PORT)'
	@echo 'make scripts  build the scripts of the pages, with npm'
	@echo 'make wheel   build the scripts, and a wheel in dist/ that holds them'
	@echo 'make test    run the tests, but for the long ones (TESTS=tests/test_build.py: those of some files)'
	@echo 'make test-long  run the long tests: what goes through every case, or kills many times'
	@echo 'make test-spark  install pyspark, and compare the closures of Spark with those of the native engine'
	@echo 'make test-engines  compare what stores elsewhere answer, and large closures on Spark (ENGINES="oxigraph virtuoso spark")'
	@echo 'make coverage  run both with branch coverage'
	@echo 'make lint    ruff (format and lint) and mypy --strict'
	@echo 'make bench   print the medians that the documents quote (SLOW=1: and what takes minutes)'
	@echo 'make size    print how large each part of the code is: the table of docs/architecture.md (WRITE=1: put it there)'
	@echo 'make growth  print what checking, building and adding cost among 1, 10 and 100 articles: the table of docs/speed.md'
	@echo 'make reviewing  review the texts of $$WICARA_SHARED by keyboard, print keys and waits'
	@echo 'make conformance  run the tests of the W3C and write server/conformance/*.ttl'
	@echo 'make compare BASE=COMMIT  compare every answer and command with an earlier commit (WITH=--all: of every page)'
	@echo 'make screenshots  write pictures of the pages, in both languages and four looks, to $(PICTURES)/'
	@echo 'make clean   remove what the others made'
	@echo 'Another Python: make serve PYTHON=python3.12'

serve: $(INSTALLED)
	@if [ -e $(UNBUILT) ]; then \
	  echo 'The scripts of the pages are left out, as they could not be built before; to try again: make scripts' >&2; \
	elif ! $(MAKE) --silent $(BUILT); then \
	  touch $(UNBUILT); \
	  echo 'The scripts of the pages could not be built: the pages work without them. To try again: make scripts' >&2; \
	fi
	@exec $(BIN)/wicara serve --data $(DATA) --host $(HOST) --port $(PORT)

scripts: $(BUILT)

# Who installs the wheel needs no Node: a wheel without the scripts is not made.
wheel: $(BUILT)
	@rm -rf build dist
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@held="$$($(BIN)/python -m zipfile --list dist/wicara-*.whl)"; for entry in $(ENTRIES); do \
	  case "$$held" in *"wicara/server/static/built/$$entry "*) ;; \
	  *) rm -rf dist; echo "The wheel does not hold $$entry." >&2; exit 1;; esac; done
	@echo dist/wicara-*.whl

test: tested-with
	$(BIN)/pytest $(PYTEST) --timeout 900 $(TESTS)

test-long: tested-with
	$(BIN)/pytest $(PYTEST) --timeout 3000 -m long $(TESTS)

# What tests need comes from three registries, and is fetched side by side.
tested-with: $(INSTALLED)
	@$(MAKE) --silent --jobs 4 $(TOOLS) $(BUILT) $(FROM_NPM) chromium

# pyspark has 300 MB: it is not among what other tests need.
spark: $(TOOLS) java
	@PYTHONWARNINGS=ignore $(INSTALL) --retries 1 --timeout 20 --editable '.[spark]' || true

test-spark: spark
	@if $(BIN)/python -c 'import pyspark' 2>/dev/null && command -v java >/dev/null; then \
	  $(BIN)/pytest --numprocesses 0 --timeout 900 $(if $(LONG),-m "long or not long") tests/test_spark.py; \
	else echo 'Spark is not tested: pyspark could not be installed, or there is no Java.' >&2; fi

test-engines: $(TOOLS) $(BUILT) $(if $(filter virtuoso,$(ENGINES)),virtuoso)
	@$(if $(filter spark,$(ENGINES)),$(MAKE) --no-print-directory test-spark LONG=1)
	@$(if $(filter-out spark,$(ENGINES)),PYTHONPATH=tests $(BIN)/python tests/compare_stores.py $(filter-out spark,$(ENGINES)) $(WITH))

coverage: tested-with
	@rm -f .coverage .coverage.*
	$(BIN)/coverage run --source="$(COVERED)" -m pytest $(PYTEST) --timeout 900 -m "long or not long" $(TESTS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

lint: $(TOOLS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@# mypy does not follow setuptools' mapping of folders to packages: it gets a tree of links that has their shape.
	@rm -rf $(TYPED) && mkdir -p $(TYPED)/wicara
	@cd $(TYPED)/wicara && ln -s $(addprefix ../../../,wicara/*.py wicara/py.typed wicara/commands $(PACKAGES)) .
	MYPYPATH=$(TYPED) $(BIN)/mypy --strict --package wicara

bench: $(INSTALLED)
	@PYTHONWARNINGS=ignore $(INSTALL) --group bench
	@$(BIN)/python benchmarks/processes.py
	@$(BIN)/python benchmarks/in_process.py
	@$(BIN)/python benchmarks/pages.py
	@$(BIN)/python benchmarks/reasoning.py $(if $(SLOW),--slow)
	@$(BIN)/python benchmarks/engines.py
	@$(BIN)/python benchmarks/over_http.py $(if $(SLOW),--slow)
	@$(if $(SLOW),$(MAKE) --no-print-directory growth)

size:
	@$(PYTHON) benchmarks/size.py $(if $(WRITE),--write)

growth: $(INSTALLED)
	@$(BIN)/python benchmarks/growth.py

reviewing: $(TOOLS) $(BUILT) chromium
	@PYTHONPATH=tests:tests/browser $(BIN)/python benchmarks/reviewing.py

conformance: $(TOOLS)
	@PYTHONPATH=tests $(BIN)/python tests/http/earl.py

compare: $(TOOLS)
	@$(BIN)/python tests/compare.py $(BASE) $(WITH)

screenshots: $(TOOLS) $(BUILT) chromium
	@mkdir -p $(PICTURES)
	@PYTHONPATH=tests $(BIN)/python tests/browser/screenshots.py $(DATA) $(PICTURES)

clean:
	rm -rf $(VENV) $(DATA) $(PICTURES) server/static/built server/web/node_modules build dist *.egg-info .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The scripts of the pages. Node comes from PyPI where there is none.
$(BUILT): $(WEB) | $(INSTALLED)
	@command -v npm >/dev/null || $(INSTALL) --retries 1 --timeout 10 --group web
	@timeout 20 npm view --silent --prefer-offline --fetch-retries=0 --fetch-timeout=10000 esbuild version >/dev/null || \
	  { echo "npm does not reach its registry, $$(npm config get registry)" >&2; exit 1; }
	@echo 'Building the scripts of the pages…' >&2
	@cd server/web && npm install $(QUIETLY) && npm run --silent build
	@rm -f $(UNBUILT)

$(FROM_NPM): tests/%/node_modules/installed: tests/%/package.json | $(BUILT)
	@cd tests/$* && npm install $(QUIETLY)
	@touch $@

# The browser that tests drive: Chromium without its window and menus, which take three quarters of the processor
# of a page; or else Chromium as it is. Who may not install it is told by the tests, which are skipped.
chromium: $(BROWSER)

$(BROWSER): | $(INSTALLED)
	@[ -n "$$(command -v chromium-headless-shell)" ] || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || { \
	  export DEBIAN_FRONTEND=noninteractive; apt="apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20"; \
  install="$$apt install --yes --no-remove --no-install-recommends"; \
	  $$apt update && $$install chromium-headless-shell >/dev/null 2>&1 || \
	  $(HAS_CHROMIUM) || $$install chromium >/dev/null; } || true
	@if $(HAS_CHROMIUM); then touch $@; fi

# A Java for Spark, and a store to compare with; who may not install them is told by what needs them.
java:
	@command -v java >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get -qq update && \
	  DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends openjdk-17-jre-headless >/dev/null; } || true

virtuoso:
	@command -v virtuoso-t >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get -qq update && \
	  DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends virtuoso-opensource >/dev/null; } || true

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "Wicara needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)."; \
	    echo "Name another one: make PYTHON=python3.12"; exit 1; } >&2
	@echo 'Installing Wicara into $(VENV)…' >&2
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) --upgrade 'pip>=25.1'
	@PYTHONWARNINGS=ignore $(INSTALL) --editable .
	@touch $@

# What tests and lint need besides.
$(TOOLS): $(INSTALLED)
	@echo 'Installing what tests need into $(VENV)…' >&2
	@PYTHONWARNINGS=ignore $(INSTALL) --group test --group lint
	@touch $@
