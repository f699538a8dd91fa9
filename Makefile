# The commands of OnModel. `make up` starts it; `make help` lists the others.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help

UV := scripts/uv
BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEVELOPMENT := .venv/.development-installed
NODE_MODULES := web/node_modules/.installed
BUILT := web/build/.built
WEB_SOURCES := $(shell find web/src web/static web/*.ts web/*.js web/*.json -type f 2>/dev/null)
# packages with an environment and tests of their own
PACKAGES := $(patsubst %/tests/,%,$(wildcard sdk/tests/ vision/tests/ functions/*/tests/))
BENCHES := $(patsubst bench/%.py,bench-%,$(wildcard bench/*.py))
# a file bench/queue.py would hide Python's own module from its neighbours
BENCHES := $(BENCHES:bench-producer=bench-queue)
FILE_OF_queue := producer

export UV_LINK_MODE ?= hardlink
export npm_config_update_notifier := false
export npm_config_fund := false
export npm_config_audit := false
ifdef CHROMIUM
export ONMODEL_CHROMIUM := $(CHROMIUM)
endif

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'
	@echo "  make bench-X    measure: $(BENCHES)"

# ---- run ----------------------------------------------------------------------------------

.PHONY: up
up: $(RUNTIME) $(BUILT) ## install what is missing, start everything, print a sign-in link
	@exec $(BIN)/onmodel up

.PHONY: web
web: $(BUILT) ## build the web page

$(RUNTIME): uv.lock pyproject.toml
	@scripts/require
	@echo "Installing the Python packages …"
	@$(UV) sync --frozen --no-dev --inexact
	@touch $@

$(DEVELOPMENT): uv.lock pyproject.toml
	@scripts/require
	@echo "Installing the Python packages with the tools for development …"
	@$(UV) sync --frozen
	@touch $@ $(RUNTIME)

$(NODE_MODULES): web/package.json web/package-lock.json
	@scripts/require
	@echo "Installing the packages of the web page …"
	@npm --prefix web ci --no-progress
	@touch $@

$(BUILT): $(NODE_MODULES) $(WEB_SOURCES)
	@echo "Building the web page …"
	@said="$$(npm --prefix web run build --silent -- --logLevel warn 2>&1)" || { echo "$$said"; exit 1; }
	@touch $@

# ---- check --------------------------------------------------------------------------------

.PHONY: check check-python check-types check-web check-schema
check: $(DEVELOPMENT) $(NODE_MODULES) ## style, types, layers, generated files (under a minute)
	@$(MAKE) --no-print-directory --keep-going -j2 --output-sync=target check-python check-types check-web check-schema
	@echo "All checks passed."

check-python: $(DEVELOPMENT)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --check .; exit 1; }
	@said="$$($(BIN)/lint-imports 2>&1)" || { echo "$$said"; exit 1; }

check-types: $(DEVELOPMENT)
	@$(BIN)/pyright --warnings

check-web: $(NODE_MODULES)
	@npm --prefix web run check --silent
	@npm --prefix web run lint --silent

check-schema: $(DEVELOPMENT) $(NODE_MODULES)
	@$(BIN)/onmodel openapi | diff --brief - web/openapi.json >/dev/null || { \
	  echo "web/openapi.json is not what the server describes: run 'make fix' and commit it."; exit 1; }
	@npm --prefix web run types:check --silent

.PHONY: fix
fix: $(DEVELOPMENT) $(NODE_MODULES) ## format everything and make the generated files anew
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/onmodel openapi web/openapi.json
	@$(BIN)/python -m onmodel.dispatch.demand > deploy/helm/onmodel/files/demand.sql
	@npm --prefix web run types --silent
	@npm --prefix web run format --silent

# ---- test ---------------------------------------------------------------------------------

.PHONY: test test-python test-packages test-web test-e2e
test: test-python test-packages test-web test-e2e ## everything that CI runs

test-python: $(DEVELOPMENT)
	@$(BIN)/pytest -m "not e2e" -n auto --maxprocesses 4 --dist loadgroup

test-packages: $(DEVELOPMENT) $(addprefix test-package-,$(subst /,~,$(PACKAGES)))

# uv is on the path for their tests, which fetch model files with it
test-package-%: export PATH := $(CURDIR)/$(BIN):$(PATH)
test-package-%: $(DEVELOPMENT)
	@echo "Types and tests of $(subst ~,/,$*), in its own environment"
	@cd $(subst ~,/,$*) && $(CURDIR)/$(UV) sync --frozen --quiet && .venv/bin/pyright && .venv/bin/pytest

# the SDK has no dependency, so it is tested with ours; its types are checked with ours, too
test-package-sdk: $(DEVELOPMENT)
	@echo "Tests of sdk"
	@cd sdk && ../$(BIN)/pytest

test-web: $(NODE_MODULES)
	@npm --prefix web test --silent

test-e2e: $(DEVELOPMENT) $(BUILT)
	@scripts/browser
	@ONMODEL_CHROMIUM="$$(scripts/browser)" $(BIN)/pytest -m e2e

.PHONY: walk
walk: $(DEVELOPMENT) $(BUILT) ## take the pictures of docs/walk.md anew
	@ONMODEL_WALK=docs/walk ONMODEL_CHROMIUM="$$(scripts/browser)" $(BIN)/pytest -m e2e tests/e2e/test_together.py

.PHONY: $(BENCHES)
$(BENCHES): bench-%: $(DEVELOPMENT) $(BUILT)
	@PYTHONPATH=. $(BIN)/python bench/$(or $(FILE_OF_$*),$*).py

.PHONY: clean
clean: ## remove what was installed and built here (never your data)
	rm -rf .venv .bootstrap web/node_modules web/build web/.svelte-kit .pytest_cache .ruff_cache
	rm -rf $(addsuffix /.venv,sdk vision $(wildcard functions/*))
