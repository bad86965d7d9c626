# Everything starts here. Each target sets up what it needs in .venv and then does its job.
#   make chat    talk to Familiar in the terminal       make run     serve every configured adapter
#   make test    lint, types, imports and all tests     make check   all of that but the tests
#   make bench   the benchmarks                         make nightly random texts and kills by the million, hours
#   make clean   remove .venv
# TORCH=cuda takes the GPU build of torch. PYTHON=python3.12 picks another interpreter.
SHELL  := /bin/bash
PYTHON ?= python3
TORCH  ?= cpu
BIN    := .venv/bin
UV     := $(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt
TORCH_VERSION := 2.13.0

.PHONY: chat run test check bench nightly clean constraints

chat: .venv/user-ready
	@$(BIN)/familiar chat

run: .venv/user-ready
	@$(BIN)/familiar run

test: check
	$(BIN)/python -m pytest

check: .venv/dev-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/python -m brain corpus check

bench: .venv/dev-ready
	$(BIN)/python -m tests.benchmarks

nightly: .venv/dev-ready
	TEST_EXAMPLES=1000000 TEST_KILLS=200 $(BIN)/python -m pytest tests/adapters tests/bot/test_splitting.py

clean:
	rm -rf .venv

# Pins every dependency for Python 3.11 to 3.13 on all platforms. torch is pinned above instead: see its step below.
constraints: .venv/tools
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --group dev \
		--no-emit-package torch --no-header --no-annotate --output-file constraints.txt pyproject.toml

.venv/tools:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Familiar needs Python 3.11 or newer: install it, or name it with 'make PYTHON=python3.11 $(MAKECMDGOALS)'." >&2; exit 2; }
	@echo "Setting up .venv (a few minutes the first time)..." >&2
	@$(PYTHON) -m venv .venv >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv >&2
	@touch $@

# PyPI's torch for Linux is the CUDA build (2.7 GB). PyTorch's own index has a small CPU build; where that index can't be
# reached, pip says so and goes on with its other sources.
.venv/torch-$(TORCH): .venv/tools
ifeq ($(TORCH),cpu)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 1 \
		--extra-index-url https://download.pytorch.org/whl/cpu torch==$(TORCH_VERSION) >&2
endif
	@touch $@

# Compiled at once, so that the first reply need not wait for it.
.venv/user-ready: .venv/torch-$(TORCH) pyproject.toml constraints.txt
	@$(UV) --compile-bytecode --editable '.[brain]' >&2
	@touch $@

.venv/dev-ready: .venv/user-ready
	@$(UV) --editable '.[brain]' --group dev >&2
	@touch $@
