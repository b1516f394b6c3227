# Two commands on a fresh machine: `make run` and `make test`. Needs Python 3.11 or newer, nothing else.
# The same without make (Windows too) stands in README.md.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
BIN := .venv/bin
PY := $(BIN)/python
PORT ?= 8501

.PHONY: run test test-long test-spark sample photos bench bench-nation load fuzz messages lint font clean bundle lock audit

run: .venv/run.stamp
	$(PY) -m renewal sample --keep
	$(PY) -m renewal serve --sample --open --port $(PORT)

# In the order of their names: the browser's files, which take longest, first, so that no worker is left with one at the end.
test: .venv/dev.stamp
	@sh tools/install_browser.sh
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# What takes minutes: real loaders killed at random moments, load and faults on a real server, the bundle installed without network, every role
# on every page, signing in step by step. Not part of `make test`.
test-long: .venv/dev.stamp
	$(PY) -m pytest tests/long
	$(PY) -m pytest -m thorough tests/browser tests/test_crash.py

# Spark on a real master with two workers: every query on both engines, row by row (docs/past-one-machine.md). SPARK=--whole takes the whole sample.
test-spark: .venv/spark.stamp
	$(PY) -m pytest -m spark tests/spark $(SPARK)

sample: .venv/run.stamp
	$(PY) -m renewal sample

photos: .venv/dev.stamp
	@sh tools/install_browser.sh
	$(PY) -m renewal sample --keep
	$(PY) -m tools.photos $(PHOTOS)

# One table; BENCH="--only publish --sizes city" measures a part of it anew. How long it takes: docs/benchmarks.md.
bench: .venv/dev.stamp
	@sh tools/install_browser.sh
	$(PY) -m renewal sample --keep
	$(PY) -m tools.bench $(BENCH)

# 120 million work rows: 10 GB of disk and an hour.
bench-nation: .venv/dev.stamp
	$(PY) -m renewal sample --keep
	$(PY) -m tools.bench --sizes nation $(BENCH)

# LOAD=--memory measures memory over 500 page views instead; all options: python -m tools.load --help
load: .venv/dev.stamp
	$(PY) -m renewal sample --keep
	$(PY) -m tools.load $(LOAD)

SECONDS ?= 60
SEED ?= 0
fuzz: .venv/dev.stamp
	$(PY) -m tools.fuzz --seconds $(SECONDS) --seed $(SEED)

messages: .venv/dev.stamp
	$(PY) -m tools.messages

font: .venv/dev.stamp
	$(PY) -m tools.make_font

lint: .venv/dev.stamp
	$(BIN)/ruff check

# What an office without internet installs from (docs/operations.md); BUNDLE=--help lists the options.
bundle: .venv/run.stamp
	$(PY) -m tools.bundle $(BUNDLE)

# The *.in files name what is asked for; the *.txt files what is installed, with hashes. LOCK=--upgrade takes newer versions.
lock: .venv/tools.stamp
	@for name in requirements requirements-dev requirements-spark requirements-tools; do \
		.venv/tools/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate \
			--custom-compile-command "make lock" $(LOCK) $$name.in -o $$name.txt || exit; done

# Known weaknesses of what is shipped, and its licences (docs/security.md).
audit: .venv/run.stamp .venv/tools.stamp
	$(PY) -m tools.audit

.venv/made.stamp:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (https://www.python.org/downloads/); none was found." >&2; exit 2; }
	$(PYTHON) -m venv .venv || { echo "The virtual environment could not be made (Debian: apt install python3-venv)." >&2; exit 2; }
	@touch $@

.venv/run.stamp: .venv/made.stamp requirements.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv/spark.stamp: .venv/dev.stamp requirements-spark.txt
	@command -v java >/dev/null || { echo "Spark needs Java 17 or newer (Debian: apt install openjdk-17-jre-headless)." >&2; exit 2; }
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.txt
	@touch $@

.venv/tools.stamp: .venv/made.stamp requirements-tools.txt
	$(PYTHON) -m venv .venv/tools
	.venv/tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-tools.txt
	@touch $@

clean:
	rm -rf build data/sample/exports data/sample/store
