# Two commands on a fresh Debian 12 or 13, Ubuntu 24.04 or newer, as root or with sudo:
#   make compare   the comparison, with all of its set-up
#   make test      every test, with all of its set-up
# What is there already is found in well under a second. `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help
WASMFIT := .venv/bin/wasmfit
PYTHON := .venv/bin/python
export DEBIAN_FRONTEND := noninteractive

# Newest versions. `RUNTIMES='-r newest -r wasmi@0.51 -r wasmtime@38'` adds those that the reference measured: minutes of building.
RUNTIMES := -r newest

##@ For users

.PHONY: compare
compare: setup ## Compare every runtime; RUNTIMES='-r wasm3' compares others
	$(WASMFIT) compare $(RUNTIMES) $(ARGS)

.PHONY: test
test: setup-tests check ## Run every check and test; ARGS goes to pytest
	.venv/bin/pytest $(ARGS)

.PHONY: test-fast
test-fast: setup-tests ## Run the tests that build no real firmware
	.venv/bin/pytest -m "not real" $(ARGS)

.PHONY: test-all
test-all: setup-tests check ## Run the slow tests as well: clusters, Ariel OS's build tool, every documented command
	@scripts/setup tests systems
	.venv/bin/pytest -m "real or not real" $(ARGS)

.PHONY: check
check: setup ## Check format, lint, imports between rooms and types
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/lint-imports --no-logo
	.venv/bin/mypy

.PHONY: site
site: setup ## Build the documentation into site/; a broken link is an error
	.venv/bin/mkdocs build --strict --quiet

.PHONY: setup
setup: ## Install what is missing, and nothing else
	@scripts/setup

.PHONY: setup-tests
setup-tests: ## Install what the tests need as well
	@scripts/setup tests

.PHONY: clean
clean: ## Remove the environment and the site; measurements stay
	rm -rf .venv dist site .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage .coverage-html

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^##@ / {print "\n" substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ For maintainers

.PHONY: maint-locks
maint-locks: setup ## Resolve the catalogue's lockfiles again
	$(WASMFIT) lock '*'

.PHONY: maint-readme
maint-readme: setup ## Write the tables of README.md from a comparison
	$(PYTHON) scripts/readme.py

.PHONY: maint-measured
maint-measured: setup ## Measure what the measured set lacks, and pack it into the package; hours
	$(PYTHON) scripts/measured.py $(ARGS)

.PHONY: maint-measured-check
maint-measured-check: setup ## Say whether a release may carry the measured set: nothing in it is outdated
	$(PYTHON) scripts/measured.py check

.PHONY: maint-features
maint-features: setup ## Write the tables of docs/features.md from measurements
	$(PYTHON) scripts/features.py $(ARGS)

.PHONY: maint-economy
maint-economy: setup ## Write the table of docs/economy.md from measurements
	$(PYTHON) scripts/economy.py $(ARGS)

.PHONY: maint-workloads
maint-workloads: setup ## Write the table of docs/workloads.md from the catalogue
	$(PYTHON) scripts/workloads.py

.PHONY: maint-reference
maint-reference: setup ## Write the tables of docs/file-formats.md from the records that read the files
	$(PYTHON) scripts/reference.py

.PHONY: maint-schemas
maint-schemas: setup ## Write the JSON Schemas, and docs/json.md, from the records that the commands print
	$(PYTHON) scripts/schemas.py $(ARGS)

.PHONY: maint-decisions
maint-decisions: setup ## Write the index of docs/decisions/ from the records
	$(PYTHON) scripts/decisions.py

.PHONY: maint-dist
maint-dist: setup ## Build wheel and source distribution into dist/, and check them
	$(PYTHON) scripts/dist.py $(ARGS)

.PHONY: maint-images
maint-images: ## Build wasmfit-images into dist/: hours from nothing; ARGS limits runtimes, boards, profiles
	@scripts/setup images
	$(PYTHON) scripts/images.py $(ARGS)

.PHONY: maint-coverage
maint-coverage: setup-tests ## Say which lines no test without real firmware runs; ARGS goes to pytest
	.venv/bin/pytest -m "not real and not slow" --cov --cov-report term --cov-report html $(ARGS)

.PHONY: maint-report-image
maint-report-image: setup-tests ## Take the picture of a report in README.md
	$(PYTHON) scripts/report_image.py

.PHONY: maint-bench
maint-bench: setup ## Time the first row, all rows and an answer from the set; ARGS=--answer that alone
	$(PYTHON) scripts/bench.py $(ARGS)

.PHONY: maint-bench-counting
maint-bench-counting: setup ## Measure how fast instructions are counted
	$(PYTHON) scripts/bench.py --counting

.PHONY: maint-bench-size
maint-bench-size: setup ## Time wasmfit size next to nm, readelf and other tools
	$(PYTHON) scripts/bench_size.py $(ARGS)

.PHONY: maint-bench-store
maint-bench-store: setup ## Time every command with ten thousand recorded cells
	$(PYTHON) scripts/bench_store.py $(ARGS)

.PHONY: maint-calibrate
maint-calibrate: setup ## Compare predicted time with what was published for real boards
	$(PYTHON) scripts/calibrate.py

.PHONY: maint-fuzz
maint-fuzz: setup-tests ## Feed readers ten thousand mutants of every kind of file: about a quarter of an hour
	$(PYTHON) scripts/fuzz.py $(ARGS)

# Names that earlier documents promised.
FORMER := bench bench-counting bench-size bench-store calibrate fuzz
.PHONY: $(FORMER)
$(FORMER): %: maint-%
