# Two commands on a fresh Debian or Ubuntu machine, as root or with sudo:
#   make compare   the comparison, with all of its set-up
#   make test      every test, with all of its set-up
# What is there already is found in well under a second.

SHELL := /bin/bash
WASMFIT := .venv/bin/wasmfit
export DEBIAN_FRONTEND := noninteractive

.PHONY: compare test test-fast check setup locks readme workloads bench clean

# The newest version of every runtime, and older ones: those that the reference measured among them.
compare: setup
	$(WASMFIT) compare -r newest -r wasmi@1.1 -r wasmi@0.51 -r wasmtime@38 $(ARGS)

test: setup check
	.venv/bin/pytest $(ARGS)

# Without the builds of real firmware.
test-fast: setup
	.venv/bin/pytest -m "not real" $(ARGS)

check: setup
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy

setup:
	@scripts/setup

# Maintainers: resolves the catalogue's lockfiles anew.
locks: setup
	$(WASMFIT) lock '*'

# Maintainers: writes the tables of README.md from a comparison.
readme: setup
	.venv/bin/python scripts/readme.py

# Maintainers: writes the table of docs/workloads.md from the catalogue.
workloads: setup
	.venv/bin/python scripts/workloads.py

# What the documents promise about speed, measured.
bench: setup
	.venv/bin/python scripts/bench.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
