# One door in: `make demo` shows what dlfaq does, `make test` proves it, `make check` is what CI runs before the tests.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help demo test lint check smoke record replicate bench clean

help:            ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(VENV)/user   ## answer a question, verify that entry from scratch, build the site
	@echo; echo '$$ dlfaq ask "my loss starts at 2.3, is that right?"'
	@$(BIN)/dlfaq ask "my loss starts at 2.3, is that right?"
	@echo; echo '$$ dlfaq verify initial-loss --fresh'
	@$(BIN)/dlfaq verify initial-loss --fresh
	@echo; echo '$$ dlfaq site build'
	@$(BIN)/dlfaq site build

test: $(VENV)/dev    ## run all tests and verify all claims, on all cores; with MINUTES=35, after that only claims that changed
	$(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder --durations=10 $(if $(MINUTES),--dlfaq-minutes $(MINUTES))

check: lint          ## format, lint, and the entries
	$(BIN)/dlfaq check

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

smoke:           ## install without extras, outside of the checkout, and ask
	rm -rf build/smoke && $(PYTHON) -m venv build/smoke
	build/smoke/bin/python -m pip --quiet --disable-pip-version-check install -c constraints.txt .
	here="$$PWD" && cd "$$(mktemp -d)" && "$$here/build/smoke/bin/dlfaq" ask why is my loss nan >/dev/null && "$$here/build/smoke/bin/dlfaq" check
	! build/smoke/bin/python -c 'import torch' 2>/dev/null

record: $(VENV)/dev  ## verify every claim from scratch and write the evidence
	$(BIN)/dlfaq verify --fresh --record

replicate: $(VENV)/dev  ## verify every claim on other replicates, of a seed from today's date, and say what fell
	$(BIN)/python benchmarks/replications.py $(if $(SEED),--seeds $(SEED))

bench: $(VENV)/dev   ## measure the speed of ask, and of all replicates at once
	$(BIN)/python benchmarks/ask_speed.py
	$(BIN)/python benchmarks/replicates_speed.py

clean:               ## remove what can be rebuilt
	rm -rf $(VENV) site build

# Two stages: what a user needs, and what a developer needs on top of it.
$(VENV)/user: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "dlfaq needs Python 3.11 or newer; set PYTHON=..." >&2; exit 1; }
	@echo "setting up $(VENV) (once; torch is large)"
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt -e ".[all]"
	@$(BIN)/python -m compileall -q src   # an editable install does not, and `ask` would compile itself on every start
	@touch $@

$(VENV)/dev: $(VENV)/user
	$(PIP) install -c constraints.txt -e ".[dev]"
	@touch $@
