# `make` lists what there is. Everything is made in .venv and var/; only `make lock` and a first set-up need a network.
PYTHON ?= python3
PY = .venv/bin/python
ON_POSTGRES = $(findstring postgres,$(DATABASE_URL))
# Tests of row locks need PostgreSQL; how a page looks is asked on SQLite alone (decision 16). Left out, not skipped.
MARKS = -m "not $(if $(ON_POSTGRES),looks,postgres)"

.PHONY: help run test torture check bench conformance opinion format lock schema demo setup
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

run: export DEMO := $(or $(DEMO),True)
run: export LOG_LEVEL := $(or $(LOG_LEVEL),WARNING)
run: ## set up what is missing, then serve web and worker on http://127.0.0.1:8000 (or PORT)
	@$(PYTHON) scripts/set_up.py run
	@exec $(PY) manage.py serve

demo: export DEMO := $(or $(DEMO),True)
demo: ## load the demonstration afresh; what is in the database goes
	@$(PYTHON) scripts/set_up.py demo

test: setup ## run all tests, in a browser too if one is found (a quarter of an hour on two cores)
	@.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder $(MARKS) $(ARGS)

torture: export TORTURE_SECONDS := $(or $(TORTURE_SECONDS),20)
torture: setup ## kill, restart and crowd the record store for longer than `make test` does (TORTURE_SECONDS of each storm)
	@.venv/bin/pytest $(MARKS) tests/torture $(ARGS)

check: setup ## style, types, import contracts, migrations, schema, deployment, locks
	@$(PY) scripts/check.py

bench: setup ## measure pages, answers, statements, statistics; writes docs/performance.md
	@$(PY) tests/benchmarks/bench.py

conformance: setup ## run ADL's conformance suite against the record store, for xAPI 1.0.3 and 2.0.0 (ARGS=--help)
	@$(PY) scripts/conformance.py $(ARGS)

opinion: setup ## ask another record store, Ralph, about thousands of statements, valid and broken; needs a network once
	@$(PY) scripts/opinion.py $(ARGS)

format: setup ## put the code into its one style
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

schema: setup ## write docs/api/openapi.yaml anew
	@$(PY) manage.py spectacular --validate --fail-on-warn --file docs/api/openapi.yaml

lock: setup ## choose versions of packages again and write them down with hashes
	@$(PY) scripts/lock.py

setup: # internal: everything that tests and checks need
	@$(PYTHON) scripts/set_up.py dev
