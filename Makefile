# The whole project from one place. A bare machine needs Python 3.11 or newer, make and git.
# Arguments go through ARGS:  make up ARGS="--port 9000"   make test ARGS="tests/unit -k money"

BIN := .venv/bin
INSTALLED := .venv/installed
PYTHONS := python3.13 python3.12 python3.11 python3
ROOMS := cli config connectors dashboard documents models rules sandbox tasks webhooks
TOOLS := site-packages/(_pytest|debugpy|docker|hypothesis|mypy|mypyc|pip|playwright|setuptools)/
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

.DEFAULT_GOAL := help
.PHONY: help install up down test soak check lint quick fix bench scale compose-test lock

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' \
		| awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

up: install ## start all of it here: servers, stand-ins, web, workers, beat, Flower
	@$(BIN)/taxpoynt up $(ARGS)

down: install ## stop what 'make up' runs in this home
	@$(BIN)/taxpoynt down

# A file at a time in each of four processes, which mostly wait; each has servers of its own.
test: install ## run every test
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

MINUTES ?= 30
soak: install ## storms of faults one after another: MINUTES=30 SEED=n ARGS="--keep-going --json FILE"
	$(BIN)/python -m tests.faults.soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) $(ARGS)

check: lint quick ## format, lint, types, contracts, spelling and the quick tests

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

quick: install
	$(BIN)/python -m pytest -q --ignore tests/conformance/live tests/architecture tests/conformance tests/unit

fix: install ## put the format right, and what lint can put right safely
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## measure against floors and peers, into docs/performance.md
	$(BIN)/python -m tests.bench $(or $(ARGS),--write)

scale: install ## several hosts of workers over one broker and database; needs root
	$(BIN)/python -m tests.bench.scale $(ARGS)

compose-test: install ## try docker-compose.yml for real; installs Docker where it is missing
	$(BIN)/python -m tests.compose $(ARGS)

lock: install ## choose the newest dependencies that go together
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	PATH="$(BIN):$$PATH" uv pip compile --universal --generate-hashes --no-header --upgrade \
		--extra test setup.cfg -o requirements.lock

install: $(INSTALLED) ## make .venv and put everything into it

# Again whenever the lock changes. uv takes seconds where pip takes most of a minute. Python is in
# .venv before pip is, and activate after it: an earlier run may have been interrupted in between.
$(INSTALLED): requirements.lock setup.cfg pyproject.toml
	@{ test -x $(BIN)/python && { command -v uv || \
		{ test -e $(BIN)/activate && $(BIN)/python -m pip --version; }; }; } >/dev/null 2>&1 || { \
		for candidate in $(PYTHONS); do \
			"$$candidate" -c '$(NEW_ENOUGH)' 2>/dev/null && found=$$candidate && break; \
		done; \
		test -n "$$found" || { \
			echo "There is no Python 3.11 or newer on PATH. Install one, then run make again."; \
			exit 1; }; \
		"$$found" -m venv --clear .venv; }
	@echo "Installing the dependencies into .venv"
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(BIN)/python -r requirements.lock && \
		uv pip install --quiet --python $(BIN)/python --no-deps --editable .; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .; \
	fi
	@# Compiled once here, and not by each of a dozen processes at every start: what those load.
	@$(BIN)/python -m compileall -q -j 0 -x '$(TOOLS)' .venv/lib $(ROOMS) || true
	@touch $@
