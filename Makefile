# Tundish: what a developer does here. `make help` lists it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
STAMP  := $(VENV)/.installed
SPARK  := $(VENV)/.spark
# The plant that make run and make ui work on, and the folder for all that it makes.
PLANT  ?= data/plants/demo
HOME_DIR ?= data/runtime
TUNDISH := $(BIN)/tundish

.DEFAULT_GOAL := help
.PHONY: help setup spark run test test-long test-kill test-spark test-all ui dashboard check lint types sql yaml imports drift format bench bench-detection bench-dlt lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## virtual environment with the locked packages, dbt project parsed

$(STAMP): requirements.lock bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tundish needs Python 3.11 or newer, found " + sys.version.split()[0] + ": try make PYTHON=python3.11")'
	@echo "setting up $(VENV) (once; again only when the lock changes)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r bootstrap.lock
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q ingestion quality serving orchestration data
	@$(TUNDISH) parse --plant $(PLANT) --home $(HOME_DIR)
	@touch $@

spark: $(SPARK) ## the packages of tundish run --target spark, into the same environment

$(SPARK): $(STAMP) requirements-spark.lock
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock -r requirements-spark.lock
	@touch $@

run: $(STAMP) ## the main job: the demo plant from exports to a gated release
	@$(TUNDISH) simulate --if-missing --plant $(PLANT) --home $(HOME_DIR)
	@$(TUNDISH) run --plant $(PLANT) --home $(HOME_DIR)

test: $(STAMP) ## the test suite without the long tests
	@$(PYTEST)

test-long: $(STAMP) ## the long tests, one at a time
	@$(BIN)/python -m pytest -m 'long and not spark and not kill'

test-kill: $(STAMP) ## runs killed at points of their duration, one at a time
	@$(BIN)/python -m pytest -m kill tests/integration

test-spark: $(SPARK) ## the warehouse of both targets, table by table
	@$(BIN)/python -m pytest -m spark tests/integration

test-all: test test-long test-kill test-spark ## every test, the long ones too

ui: $(STAMP) ## Dagster's UI on the plant's data flow
	@$(TUNDISH) ui --plant $(PLANT) --home $(HOME_DIR)

dashboard: $(STAMP) ## the current release in the browser
	@$(TUNDISH) dashboard --plant $(PLANT) --home $(HOME_DIR)

check: lint types imports sql yaml drift test ## everything that CI runs

lint: $(STAMP) ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .

types: $(STAMP) ## mypy, strict
	@$(BIN)/mypy

imports: $(STAMP) ## the direction of imports
	@$(BIN)/lint-imports --no-cache

sql: $(STAMP) ## sqlfluff on the dbt project
	@cd dbt_project && ../$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models tests

yaml: $(STAMP) ## yamllint on contracts, plants and dbt properties
	@$(BIN)/yamllint --strict .

drift: $(STAMP) ## generated files agree with the contracts
	@$(BIN)/python -m orchestration.lib.generate --check

format: $(STAMP) ## put Python and SQL into shape
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .
	@cd dbt_project && ../$(BIN)/sqlfluff fix --disable-progress-bar models tests

bench: $(STAMP) ## speed and memory per format and connector, side by side with other engines
	@$(BIN)/python -m tests.benchmarks

bench-detection: $(STAMP) ## recall, precision and delay of sensor faults, beside simple baselines
	@$(BIN)/python -m tests.detection

bench-dlt: $(STAMP) ## the optional contender of make bench, in an environment of its own
	@$(BIN)/python -m venv data/runtime/bench-dlt
	@data/runtime/bench-dlt/bin/python -m pip install --quiet --requirement tests/benchmarks/requirements-dlt.txt

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dashboard --extra dev --generate-hashes \
		--no-emit-index-url --custom-compile-command 'make lock'

lock: $(STAMP) ## pin anew what pyproject.toml asks for
	@$(COMPILE) -o requirements.lock pyproject.toml
	@$(COMPILE) --extra spark --constraint requirements.lock -o requirements-spark.lock pyproject.toml \
		$$(sed -nE 's/^([A-Za-z0-9._-]+)==.*/--no-emit-package \1/p' requirements.lock)
	@sed -i.bak '/^# The following packages were excluded/,$$d' requirements-spark.lock && rm requirements-spark.lock.bak

clean: ## remove the virtual environment and all that the pipeline made
	rm -rf $(VENV) data/runtime dbt_project/target dbt_project/logs
