# `make run` and `make test` do all the set-up they need; what is set up already is not done again.

PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$python >/dev/null && $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
CC ?= cc
BIN := .venv/bin
KERNELS := $(shell grep -rl --include=*.py '^# cython:' core) $(shell find core -name '*.pxd')

.PHONY: run test check unit setup fuzz fuzz-asan bench-engine bench-setup lock clean

run: setup
	@exec $(BIN)/python -m api.development

test: setup check unit

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: setup
	@# Tests that kill processes depend on the machine's load: what failed gets a second chance, in plain sight.
	$(BIN)/python -m pytest || $(BIN)/python -m pytest --last-failed --last-failed-no-failures none

setup: .venv/installed

# The stamps say what was installed: packages as locked, and the kernels as compiled.
.venv/locked: requirements.lock
	@test -n "$(PYTHON)" || { echo "Unmangle needs Python 3.11 or newer on PATH (or PYTHON=/path/to/python)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv \
		|| { echo "Python's venv module does not work here (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "installing packages into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@touch $@

.venv/installed: .venv/locked pyproject.toml $(KERNELS)
	@command -v $(firstword $(CC)) >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null \
		|| { echo "Unmangle needs a C compiler for its kernels (Debian: apt-get install gcc libc6-dev)" >&2; exit 1; }
	@echo "compiling the kernels ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

SECONDS := 60

fuzz: setup
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

# The same with kernels built under AddressSanitizer, in a copy: every access out of bounds ends the process.
# Python's own allocator would hide them inside its pools, and what it never frees is no leak of ours.
fuzz-asan: setup
	rm -rf .fuzz/asan && mkdir -p .fuzz/asan
	cp -r core tests examples pyproject.toml README.md LICENSE .fuzz/asan
	find .fuzz/asan -name '*.so' -delete -o -name '*.c' -delete
	cd .fuzz/asan && CFLAGS="-fsanitize=address -fno-omit-frame-pointer -g -O1" \
		$(CURDIR)/$(BIN)/python -c 'import setuptools; setuptools.setup()' --quiet build_ext --inplace
	cd .fuzz/asan && LD_PRELOAD=$$($(CC) -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc \
		$(CURDIR)/$(BIN)/python -m tests.fuzz --seconds $(SECONDS) --most-s 20 --folder $(CURDIR)/.fuzz

# Peers are there for comparison only, so nothing else installs them.  Those of Node are left out where there is no npm.
bench-engine: bench-setup
	$(BIN)/python -m bench.engine
	$(BIN)/python -m bench.engine.agreement

bench-setup: setup .venv/benched

.venv/benched: .venv/installed bench/engine/package-lock.json
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[bench]'
	@if command -v npm >/dev/null; then npm ci --silent --prefix bench/engine; fi
	@touch $@

lock:
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --extra development --extra otel --extra test \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv build *.egg-info
	find api core worker tests examples bench -name __pycache__ -type d -exec rm -rf {} +
	find core -name '*.so' -delete -o -name '*.c' -delete
