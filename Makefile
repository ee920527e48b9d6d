# make run    the app on the embedded data, at http://localhost:8501
# make test   all checks: lint, types, import contracts, unit, doctests, pages, browser
# make test-all   the same and the slow studies
.PHONY: run test test-all lint browser data lock clean
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet

run: $(VENV)/run.stamp
	@echo "Peta Jaga: http://localhost:8501  (Ctrl+C to stop)"
	@$(BIN)/streamlit run dashboard.py

test: $(VENV)/dev.stamp lint browser
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not browser and not alone"
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "browser and not slow and not alone"
	$(BIN)/python -m pytest -m "alone and not slow"

test-all: $(VENV)/dev.stamp lint browser
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser and not alone"
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "browser and not alone"
	$(BIN)/python -m pytest -m alone

lint: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# An installed Chromium, Chrome or Edge first; else Debian's package as root; else Playwright's own download.
browser: $(VENV)/dev.stamp
	@$(BIN)/python tests/browser/find.py --install

data: $(VENV)/run.stamp
	$(BIN)/python data/build.py

# Exact versions of everything, for every platform.
lock:
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate requirements-dev.txt -o constraints.txt

# Debian's python3 comes without venv: installed where that may be done, asked for where it may not.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed (PYTHON=/path/to/python3.11 make ...)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq python3-venv; } || \
	  { echo "The Python module venv is missing: sudo apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt constraints.txt | $(BIN)/python
	$(PIP) -r requirements.txt -c constraints.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(PIP) -r requirements-dev.txt -c constraints.txt
	@touch $@

clean:
	rm -rf $(VENV) var/web .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
