# Everything a fresh machine needs is python3 (3.11 or newer) and make: each target makes .venv by itself.
# A machine without a GPU downloads less with PIP_EXTRA_INDEX_URL set to PyTorch's index of CPU builds.

.DEFAULT_GOAL := help
.PHONY: help build test check bench clean

VENV := .venv
STAMP := $(VENV)/.installed
RUN := $(VENV)/bin/python
REPRO :=  # options of dvc repro

# The commands in dvc.yaml say `python`: the one of the virtual environment.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

help:  ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-6s %s\n", $$1, $$2}' Makefile

build: $(STAMP)  ## rebuild what is stale, from documents to metrics and metrics/report.html
	@$(RUN) -m dvc repro $(REPRO)
	@$(RUN) -m dvc metrics show --md metrics/retrieval.json
	@echo "report: metrics/report.html"

test: $(STAMP)  ## the whole test suite
	@$(RUN) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

check: $(STAMP)  ## what CI runs first: lint, types, layers, the DAG against the code, docs
	@$(RUN) -m ruff check
	@$(RUN) -m mypy
	@$(RUN) -m pytest -q tests/structure

bench: $(STAMP)  ## speed and memory, as ratios to peers
	@$(RUN) -m benchmarks

clean:  ## remove the virtual environment and caches; DVC's outs and cache stay
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find onggi stages tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The newest of both files decides; an interrupted installation leaves no stamp and is done again.
$(STAMP): pyproject.toml constraints.txt
	@for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; \
	    python=; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "error: no Python 3.11 or newer on PATH; install one (Debian, Ubuntu: apt install python3 python3-venv)" >&2; exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "error: $$python lacks ensurepip; install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; \
	fi; \
	if [ ! -x $(RUN) ] || [ ! -f $(STAMP) ]; then $$python -m venv --clear $(VENV); fi
	@echo "installing into $(VENV) ($$($(RUN) --version)); this takes minutes the first time" >&2
	@$(RUN) -m pip install -qq --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(STAMP)
