# Two commands on a fresh Debian 12 or 13, Ubuntu 24.04 or newer, as root or with sudo:
#   make compare   the comparison, with all of its set-up
#   make test      every test, with all of its set-up
# What is there already is found in well under a second.

SHELL := /bin/bash
WASMFIT := .venv/bin/wasmfit
export DEBIAN_FRONTEND := noninteractive

.PHONY: setup setup-tests compare test test-all test-fast check locks readme workloads features reference contracts site report-image bench bench-counting bench-size bench-store fuzz calibrate clean

# The newest version of every runtime, and older ones: those that the reference measured among them.
RUNTIMES := -r newest -r wasmi@1.1 -r wasmi@0.51 -r wasmtime@38

compare: setup
	$(WASMFIT) compare $(RUNTIMES) $(ARGS)

test: setup-tests check
	.venv/bin/pytest $(ARGS)

# What takes too long for every change as well: clusters, Ariel OS's build tool, every command of the documents.
test-all: setup-tests check
	@scripts/setup tests systems
	.venv/bin/pytest -m "real or not real" $(ARGS)

# Without the builds of real firmware.
test-fast: setup-tests
	.venv/bin/pytest -m "not real" $(ARGS)

check: setup
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy

setup:
	@scripts/setup

setup-tests:
	@scripts/setup tests

# Maintainers: resolves the catalogue's lockfiles anew.
locks: setup
	$(WASMFIT) lock '*'

# Maintainers: writes the tables of README.md from a comparison.
readme: setup
	.venv/bin/python scripts/readme.py

# Maintainers: writes the tables of docs/features.md from measurements.
features: setup
	.venv/bin/python scripts/features.py $(ARGS)

# Maintainers: writes the table of docs/workloads.md from the catalogue.
workloads: setup
	.venv/bin/python scripts/workloads.py

# Maintainers: writes the tables of docs/file-formats.md from the records that read the files.
reference: setup
	.venv/bin/python scripts/reference.py

# Maintainers: writes the shapes of docs/json.md from what the commands print.
contracts: setup
	.venv/bin/python scripts/contracts.py

# The documentation as a site in site/; a broken link is an error. Nothing in it is fetched from elsewhere.
site: setup
	.venv/bin/mkdocs build --strict --quiet

# Maintainers: the report's picture in README.md.
report-image: setup-tests
	.venv/bin/python scripts/report_image.py

# What the documents promise about speed, measured.
bench: setup
	.venv/bin/python scripts/bench.py

# How fast instructions are counted.
bench-counting: setup
	.venv/bin/python scripts/bench.py --counting

# Predicted time against what was published for real boards.
calibrate: setup
	.venv/bin/python scripts/calibrate.py

# wasmfit size beside nm, readelf and whatever peers are found.
bench-size: setup
	.venv/bin/python scripts/bench_size.py $(ARGS)

# Ten thousand mutants of every kind of file that users bring: about a quarter of an hour.
fuzz: setup-tests
	.venv/bin/python scripts/fuzz.py $(ARGS)

# Verdicts with ten thousand recorded cells.
bench-store: setup
	.venv/bin/python scripts/bench_store.py $(ARGS)

clean:
	rm -rf .venv site .mypy_cache .ruff_cache .pytest_cache
