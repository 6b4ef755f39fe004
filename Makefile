# Everything done here, by one word each; `make help` lists them. Each prepares what it needs.
#
# ARGS goes to the command:   make demo ARGS="--port 9000"      make test ARGS="-k quiet_hours -x"
# PYTHON names another:       make setup PYTHON=python3.13

SHELL := /bin/sh
BIN := .venv/bin
PYTHON ?= python3
ARGS ?=
COMPILE := uv pip compile pyproject.toml --extra embedded --extra demo --group build \
	--generate-hashes --no-emit-index-url --universal --no-annotate --no-header --quiet
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench lock format

help:  ## this list
	@sed -n 's/^\([a-z][a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup:  ## make .venv and install what the lock files name; quick when nothing changed
	@scripts/setup everything
	@scripts/node-packages --if-possible

demo:  ## a small city on this machine: teachers' pages, and the parents' phones
	@scripts/setup runtime
	@$(BIN)/contactbook demo $(ARGS)

test: setup  ## the whole suite, browser included
	@scripts/system-packages chromium fonts-noto-core nodejs npm
	@scripts/node-packages >/dev/null
	$(BIN)/python -m pytest $(ARGS)

check: setup  ## lint, types, import contracts, and the rules of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/architecture

bench: setup  ## how fast messages leave, beside what the machine could do at best
	@$(BIN)/contactbook bench $(ARGS)

lock:  ## write the lock files anew; pins stay (ARGS="--upgrade", ARGS="--upgrade-package NAME")
	$(COMPILE) $(ARGS) -o requirements.lock
	$(COMPILE) $(ARGS) --group dev -o requirements-dev.lock

format:  ## let ruff lay out the code, and mend what it safely can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
