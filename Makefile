# `make check` is what a change must pass. PYTHON is the interpreter of an environment that holds '.[dev,bench]'.

PYTHON ?= .venv/bin/python

.PHONY: check venv lint types test test-bounds test-interpreted bench-small web browser spark readme wheel

check: lint types test test-bounds test-interpreted web browser spark bench-small

venv:
	python3 -m venv .venv
	.venv/bin/pip install -q -c constraints.txt -e '.[dev,bench]'

lint:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-logo --no-cache

types:
	$(PYTHON) -m mypy

test:
	$(PYTHON) -m pytest

# numba keeps kernels with and without bounds checks under one name, so this run has a cache of its own: it would
# find unchecked kernels in the usual one, and leave slow ones there.
test-bounds:
	cache=$$(mktemp -d) && trap 'rm -rf "$$cache"' EXIT && \
	NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR="$$cache" $(PYTHON) -m pytest -m kernel

test-interpreted:
	NUMBA_DISABLE_JIT=1 $(PYTHON) -m pytest -m kernel

# Fails when words that two of the sample articles share are in none of their matches, when planted reuse is missed,
# when signatures are not datasketch's, or when a ratio of speeds to other tools' is far from what is aimed at.
bench-small:
	$(PYTHON) -m benchmarks.runs seeds
	$(PYTHON) -m benchmarks.planted seeds --number 9 --least 0.97
	$(PYTHON) -m benchmarks --small --gate

# The page of a report: its own checks, and whether what is committed is what its source gives. Needs Node 20.
web:
	cd web && npm ci --no-audit --no-fund
	cd web && npm run -s lint && npm run -s types && npm run -s test
	cd web && npm run -s build -- --outDir ../build/page --emptyOutDir
	diff -r build/page src/syndetect/report/page/asset

# The page in a browser: needs the extra `browser`, chromium, and web/node_modules for axe.
browser:
	$(PYTHON) -m pytest tests/browser -n 2

# The tables of Spark against those of a scan, in one session: needs the extra `spark` and Java 17.
spark:
	$(PYTHON) -m pytest tests/spark -m needs

# The examples of README.md with the output that they give now.
readme:
	$(PYTHON) tests/project/test_readme.py

wheel:
	$(PYTHON) -m build --no-isolation --outdir dist
