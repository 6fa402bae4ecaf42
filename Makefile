# The commands of Onewindow. Bare `make` lists them. Every one may be repeated.

VENV := .venv
BIN := $(VENV)/bin
TEST_PROCESSES ?= 2
CONFORMANCE ?= ../shared/conformance

SOAK_OTHERS := tests/faults/test_after_downtime.py tests/faults/test_overload.py tests/contract/journal/test_seals.py \
	tests/faults/test_workers_die.py -k "timers_due or accepted_requests or random_tamperings or within_65_seconds"

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup setup-dev assets run check test bench fuzz soak soak-others conformance lock audit sbom wheel clean

help: ## List these commands
	@echo "Onewindow: public services behind one window"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

setup: ## Make the virtual environment in .venv and install what is needed to run
	@scripts/setup base
	@scripts/assets
	@scripts/pdf-libraries || true

setup-dev: ## The same, with what is needed to test
	@scripts/setup dev
	@scripts/assets
	@scripts/chromium || true
	@scripts/pdf-libraries || true
	@scripts/token-library || true
	@scripts/oidc-provider || true

assets: ## Build the styles and scripts of the pages
	@scripts/setup base
	@scripts/assets

run: setup ## Start everything on this machine: web, worker, sandbox; Ctrl-C stops it
	@$(BIN)/onewindow run

check: setup-dev ## Format, lint, types and import rules; under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check ## Check, then all tests (not the bench)
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist worksteal --ignore=tests/bench $(PYTEST_OPTIONS)

bench: setup-dev ## Measure the real server on each database and print the table
	@mkdir -p var
	$(BIN)/onewindow bench --json var/bench.json

fuzz: setup-dev ## Throw odd input at expressions, readers of models, the JSON door and the whole API; some minutes
	ONEWINDOW_FUZZ_EXAMPLES=$${ONEWINDOW_FUZZ_EXAMPLES:-20000} $(BIN)/python -m pytest -q -n $(TEST_PROCESSES) \
		tests/property/test_fuzz.py tests/security/test_fuzz_readers.py
	ONEWINDOW_FUZZ_EXAMPLES=100 $(BIN)/python -m pytest -q -n $(TEST_PROCESSES) tests/security/test_schemathesis.py

soak: setup-dev ## Kill web, workers and the database a thousand times under load, on each database, and all else at length; over an hour
	ONEWINDOW_SOAK_KILLS=$${ONEWINDOW_SOAK_KILLS:-1000} $(BIN)/python -m pytest -q -s tests/faults/test_storm.py
	@$(MAKE) soak-others

soak-others: setup-dev ## Of the soak all but the kills: due timers, overload, tampering, take-over; about a quarter of an hour
	ONEWINDOW_SOAK_KILLS=1 ONEWINDOW_SOAK_TIMERS=10000 ONEWINDOW_SOAK_OVERLOAD_SECONDS=60 ONEWINDOW_SOAK_TAMPERINGS=1000 \
	$(BIN)/python -m pytest -q -s $(SOAK_OTHERS)

conformance: setup-dev ## Read other people's BPMN, run other people's DMN test cases (CONFORMANCE=folder), count
	@mkdir -p var
	$(BIN)/onewindow conformance bpmn $(CONFORMANCE) --json var/conformance-bpmn.json
	$(BIN)/onewindow conformance dmn $(CONFORMANCE) --json var/conformance-dmn.json

lock: setup-dev ## Write requirements/*.txt anew from pyproject.toml, with the newest versions
	@scripts/lock

audit: setup-dev ## Ask the advisory database about every locked package; says so when it cannot be reached
	@scripts/audit $(AUDIT_OPTIONS)

sbom: setup-dev ## Write the bill of materials (CycloneDX) of what is locked to dist/
	@scripts/sbom

wheel: setup-dev sbom ## Build the wheel into dist/, its bill of materials beside it
	$(BIN)/python -m hatchling build -t wheel

clean: ## Remove the virtual environment and caches; var/ with its database stays
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
